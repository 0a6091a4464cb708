// How this browser stands with the server, and what it may do. Everything that is shown asks `may`.
import { QueryClient, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, Failure, remember_csrf } from './client';
import type { Permission, Session } from './types';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 10 * 60_000,
      // What the server says is no accident is not asked again.
      retry: (count, error) => count < 2 && (!(error instanceof Failure) || (error.problem.status >= 500 && error.problem.status !== 501)),
      retryDelay: (count) => 400 * 3 ** count,
      refetchOnWindowFocus: true,
    },
  },
});

const key = ['session'] as const;

async function read(): Promise<Session> {
  const session = await api('session_read');
  remember_csrf(session.csrf);
  return session;
}

export function use_session_query(): UseQueryResult<Session> {
  return useQuery({ queryKey: key, queryFn: read, staleTime: 60_000, refetchInterval: 5 * 60_000 });
}

// An answer that holds the new session (sign-in, step-up) is taken as it is.
export function set_session(session: Session): void {
  remember_csrf(session.csrf);
  queries.setQueryData(key, session);
}

export function ask_session_again(): Promise<void> {
  return queries.invalidateQueries({ queryKey: key });
}

export function use_session(): Session {
  const { data } = use_session_query();
  if (!data) throw new Error('used before the session is known');
  return data;
}

export function use_may(): (permission: Permission) => boolean {
  const { permissions } = use_session();
  return (permission) => permissions.includes(permission);
}

export async function sign_out(): Promise<void> {
  await api('session_end');
  remember_csrf(null);
  // What was read goes with the page: emptied here, it would be missed by what is still shown. A browser that keeps the page as it
  // was, to go back to, must not show it to who comes next.
  window.addEventListener('pageshow', (event) => event.persisted && window.location.reload());
  window.location.assign('/');
}

// One way to the server. `api('list_domains', {query: {limit: 50}})` is typed by the API's own description; it throws a
// Failure (problem details) for every answer that is not 2xx, and asks for a second factor and repeats the request where
// the server wants one proven anew.
import { language } from '../i18n/language';
import { operations, type Operations, type Problem } from './types';

export type OperationName = keyof Operations;

type Part<Name extends string, T> = [T] extends [undefined]
  ? { [K in Name]?: undefined }
  : Record<string, never> extends T
    ? { [K in Name]?: T }
    : { [K in Name]: T };

export type Asked<Id extends OperationName> = Part<'path', Operations[Id]['path']> &
  Part<'query', Operations[Id]['query']> &
  Part<'body', Operations[Id]['body']> & {
    if_match?: string | null;
    type?: string; // of a body that is no JSON
    signal?: AbortSignal;
  };

export type Answer<Id extends OperationName> = Operations[Id]['answer'];

export class Failure extends Error {
  readonly problem: Problem;
  readonly retry_after: number | null;
  constructor(problem: Problem, retry_after: number | null = null) {
    super(problem.detail);
    this.problem = problem;
    this.retry_after = retry_after;
  }
  get name_of_type(): string {
    return this.problem.type.replace(/^\/problems\//, '');
  }
}

export const is_failure = (error: unknown, type: string): error is Failure => error instanceof Failure && error.name_of_type === type;

let csrf = '';
export function remember_csrf(value: string | null | undefined): void {
  csrf = value ?? '';
}

// Set by the shell: shows the dialog, resolves to whether a factor was proven; and what happens when a session ends.
type StepUp = (why: Problem) => Promise<boolean>;
let step_up: StepUp = async () => false;
let signed_out: () => void = () => {};
export function on_step_up(ask: StepUp): void {
  step_up = ask;
}
export function on_signed_out(tell: () => void): void {
  signed_out = tell;
}

export const base = '/api/v1';

export function address(path: string, values: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  // A slash in a name is ~ in a path: what is %2F there is refused, as others on the way might read it differently.
  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(String(values[name] ?? '').replaceAll('/', '~')));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    if (Array.isArray(value)) for (const each of value) search.append(name, String(each));
    else search.set(name, String(value));
  }
  const text = search.toString();
  return base + filled + (text ? `?${text}` : '');
}

export interface Got<T> {
  data: T;
  etag: string | null;
  location: string | null;
}

// With the fields of the answer that somebody needs (ETag for a later If-Match, Location of a job).
export async function api_with<Id extends OperationName>(id: Id, asked: Asked<Id>): Promise<Got<Answer<Id>>> {
  try {
    return await once(id, asked);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.name_of_type === 'step-up-required' && (await step_up(error.problem))) return once(id, asked);
    if (error.problem.status === 401 && !id.includes('session')) signed_out();
    throw error;
  }
}

export async function api<Id extends OperationName>(
  id: Id,
  ...[asked]: Record<string, never> extends Asked<Id> ? [Asked<Id>?] : [Asked<Id>]
): Promise<Answer<Id>> {
  return (await api_with(id, (asked ?? {}) as Asked<Id>)).data;
}

async function once<Id extends OperationName>(id: Id, asked: Asked<Id>): Promise<Got<Answer<Id>>> {
  const [method, path] = operations[id];
  const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': language };
  const given = asked as { path?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };
  let body: BodyInit | null = null;
  if (given.body !== undefined) {
    if (asked.type !== undefined) {
      headers['Content-Type'] = asked.type;
      body = given.body as BodyInit;
    } else {
      headers['Content-Type'] = 'application/json';
      body = JSON.stringify(given.body);
    }
  }
  if (method !== 'GET') headers['X-Rampart-CSRF'] = csrf;
  if (asked.if_match) headers['If-Match'] = asked.if_match;
  const url = address(path, given.path, given.query);
  let answer: Response;
  try {
    answer = await fetch(url, { method, headers, body, credentials: 'same-origin', signal: asked.signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Failure({ type: '/problems/unreachable', title: '', status: 599, detail: '', instance: url });
  }
  if (!answer.ok) throw await failure_of(answer, url);
  const type = answer.headers.get('Content-Type') ?? '';
  const data = answer.status === 204 ? undefined : type.includes('json') ? await answer.json() : await answer.text();
  return { data: data as Answer<Id>, etag: answer.headers.get('ETag'), location: answer.headers.get('Location') };
}

export async function failure_of(answer: Response, url: string): Promise<Failure> {
  const after = Number(answer.headers.get('Retry-After'));
  const retry_after = Number.isFinite(after) && after > 0 ? after : null;
  try {
    const problem = (await answer.json()) as Problem;
    if (typeof problem.type === 'string' && typeof problem.status === 'number') return new Failure(problem, retry_after);
  } catch {
    // Not from our server, or cut: said as such below.
  }
  return new Failure(
    { type: '/problems/no-problem', title: '', status: answer.status, detail: `HTTP ${answer.status}`, instance: url },
    retry_after,
  );
}

// Who is here decides what is shown: nobody (sign in), somebody who enrols, somebody signed in (the console).
import { lazy, Suspense, useEffect } from 'react';
import { on_signed_out } from './api/client';
import { ask_session_again, use_session_query } from './api/session';
import { language, speak } from './i18n/language';
import { Failed } from './parts/loaded';
import { use_address } from './router/router';
import { Shell } from './shell';

const SignIn = lazy(() => import('./places/sign_in'));
const Enrolment = lazy(() => import('./places/enrolment'));

export function App() {
  const session = use_session_query();
  const { path } = use_address();
  const spoken = session.data?.state === 'signed-in' ? session.data.language : null;
  useEffect(() => on_signed_out(() => void ask_session_again()), []);
  useEffect(() => {
    // What the account says wins once, where this browser has no choice of its own.
    if (spoken && spoken !== language && !has_own_language()) speak(spoken);
  }, [spoken]);
  if (!session.data) {
    return session.isError ? (
      <main className="page">
        <Failed error={session.error} retry={() => void session.refetch()} />
      </main>
    ) : null;
  }
  if (session.data.state === 'enrolling' || path === '/enrol') {
    return (
      <Suspense fallback={null}>
        <Enrolment />
      </Suspense>
    );
  }
  if (session.data.state !== 'signed-in') {
    return (
      <Suspense fallback={null}>
        <SignIn />
      </Suspense>
    );
  }
  return <Shell />;
}

function has_own_language(): boolean {
  try {
    return window.localStorage.getItem('rampart.language') !== null;
  } catch {
    return true;
  }
}

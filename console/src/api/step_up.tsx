// The server asks for a second factor anew: every request that meets this waits for one dialog, and is repeated after it.
import { lazy, Suspense, useSyncExternalStore } from 'react';
import { on_step_up } from './client';

const Prove = lazy(() => import('../places/sign_in/step_up_dialog'));

let waiting: ((proven: boolean) => void)[] = [];
const listeners = new Set<() => void>();
let open = false;

function set(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}

function ask(): Promise<boolean> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    set(true);
  });
}

function finish(proven: boolean): void {
  const all = waiting;
  waiting = [];
  set(false);
  for (const resolve of all) resolve(proven);
}

export function start_step_up(): void {
  on_step_up(ask);
}

export function StepUp() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
  if (!shown) return null;
  return (
    <Suspense fallback={null}>
      <Prove on_done={finish} />
    </Suspense>
  );
}

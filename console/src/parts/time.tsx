import { useSyncExternalStore } from 'react';
import { ago, day, exact } from '../i18n/format';

const listeners = new Set<() => void>();
let minute = 0;
let timer: ReturnType<typeof setInterval> | undefined;
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    minute += 1;
    for (const each of listeners) each();
  }, 30_000);
  return () => listeners.delete(listener);
}

// "3 min ago", with the exact time on hover; it grows older while it is looked at.
export function Ago({ time }: { time: string | number | null | undefined }) {
  useSyncExternalStore(subscribe, () => minute);
  if (time === null || time === undefined || time === '') return <span className="faint">–</span>;
  return (
    <time dateTime={new Date(time).toISOString()} title={exact(time)}>
      {ago(time)}
    </time>
  );
}

export function Day({ time }: { time: string | number | null | undefined }) {
  if (time === null || time === undefined || time === '') return <span className="faint">–</span>;
  return (
    <time dateTime={new Date(time).toISOString()} title={exact(time)}>
      {day(time)}
    </time>
  );
}

// State is a colour, a shape and a word, never a colour alone. What is unknown is hatched and says why.
import type { ReactNode } from 'react';
import './state.css';

export type Kind = 'bad' | 'warn' | 'good' | 'unknown' | 'plain';

function Shape({ kind }: { kind: Kind }) {
  return (
    <svg className="state-shape" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      {kind === 'bad' && <path d="M3 .5h4L9.500 3v4L7 9.500H3L.5 7V3z" fill="currentColor" />}
      {kind === 'warn' && <path d="M5 .8 9.600 9.200H.4z" fill="currentColor" />}
      {kind === 'good' && <circle cx="5" cy="5" r="4.200" fill="currentColor" />}
      {kind === 'unknown' && <path d="M1 5 5 1M1 9l8-8M5 9l4-4" stroke="currentColor" strokeWidth="1.300" fill="none" />}
      {kind === 'plain' && <circle cx="5" cy="5" r="3.600" fill="none" stroke="currentColor" strokeWidth="1.300" />}
    </svg>
  );
}

export function State({ kind, children, title }: { kind: Kind; children: ReactNode; title?: string }) {
  return (
    <span className={`state state-${kind}`} title={title}>
      <Shape kind={kind} />
      <span>{children}</span>
    </span>
  );
}

// "could not be asked: SERVFAIL from 3 of 3 servers"
export function Unknown({ why, block = false }: { why: ReactNode; block?: boolean }) {
  return (
    <span className={block ? 'unknown unknown-block' : 'unknown'}>
      <Shape kind="unknown" />
      <span>{why}</span>
    </span>
  );
}

// A grade of an audit, A to F; it comes with its word.
export function Grade({ grade }: { grade: string | null | undefined }) {
  const kind: Kind =
    grade === undefined || grade === null || grade === '' || grade === 'unknown'
      ? 'unknown'
      : /^[AB]/.test(grade)
        ? 'good'
        : /^C/.test(grade)
          ? 'warn'
          : 'bad';
  return (
    <span className={`grade state-${kind}`} dir="ltr">
      {kind === 'unknown' ? '?' : grade}
    </span>
  );
}

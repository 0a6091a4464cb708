// What is asked of the server: the shape of what comes while it is loading, a sentence and a retry when it does not come.
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { sentence } from '../api/sentences';
import { Button } from './button';
import { words } from './texts';

export function Skeleton({ lines = 6, height }: { lines?: number; height?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={words.loading}>
      {Array.from({ length: lines }, (_, i) => (
        <div
          key={i}
          className="skeleton-line"
          style={{ inlineSize: `${92 - ((i * 37) % 41)}%`, ...(height ? { blockSize: height } : {}) }}
        />
      ))}
    </div>
  );
}

export function Failed({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const said = sentence(error);
  return (
    <div className="failed" role="alert">
      <p className="failed-title">{said.title}</p>
      {said.detail && <p dir="auto">{said.detail}</p>}
      {said.hint && (
        <p className="soft" dir="auto">
          {said.hint}
        </p>
      )}
      {retry && <Button onPress={retry}>{words.retry}</Button>}
    </div>
  );
}

export function Loaded<T>(props: { query: UseQueryResult<T>; shape?: ReactNode; children: (data: T) => ReactNode }) {
  const { query } = props;
  // What was shown stays when asking again fails; only nothing at all is a failure.
  if (query.data !== undefined) return <>{props.children(query.data)}</>;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <>{props.shape ?? <Skeleton />}</>;
}

// Nothing there yet: what would be here, and the first step, with the exact command.
export function Empty({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

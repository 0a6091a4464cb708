// A record before and after. What goes is struck, what comes is marked; both also by a sign, for eyes and printers that see no colour.
import { difference } from './difference';
import { visible } from './name';
import { words } from './texts';
import './diff.css';

export function Diff({ before, after }: { before: string | null; after: string | null }) {
  const parts = difference(before ?? '', after ?? '');
  return (
    <div className="diff" dir="ltr">
      <div className="diff-line diff-before">
        <span className="diff-sign" aria-hidden="true">
          −
        </span>
        <span className="visually-hidden">{words.before}: </span>
        {before === null || before === '' ? (
          <span className="faint">{words.not_there}</span>
        ) : (
          <code>
            {parts
              .filter((part) => part.kind !== 'new')
              .map((part, i) => (part.kind === 'old' ? <del key={i}>{visible(part.text)}</del> : visible(part.text)))}
          </code>
        )}
      </div>
      <div className="diff-line diff-after">
        <span className="diff-sign" aria-hidden="true">
          +
        </span>
        <span className="visually-hidden">{words.after}: </span>
        {after === null || after === '' ? (
          <span className="faint">{words.not_there}</span>
        ) : (
          <code>
            {parts
              .filter((part) => part.kind !== 'old')
              .map((part, i) => (part.kind === 'new' ? <ins key={i}>{visible(part.text)}</ins> : visible(part.text)))}
          </code>
        )}
      </div>
    </div>
  );
}

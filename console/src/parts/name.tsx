// What strangers named: domains, addresses, records. Always left to right and apart from the sentence around it, so that a
// name in Arabic letters or with direction marks cannot turn what stands beside it. Breaks after dots, where people break it.
import { Fragment, type ReactNode } from 'react';

// Characters that change direction, hide, or are no characters: shown, never obeyed. (Unicode 15, Bidi_Control, Cc, Cf parts.)
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export function visible(text: string): string {
  return text.replace(invisible, (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

export function breakable(text: string): ReactNode {
  const parts = visible(text).split(/(?<=[.@/:;,=_-])/);
  return parts.map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

export function Name({ children, strong = false }: { children: string; strong?: boolean }) {
  return (
    <bdi dir="ltr" className={strong ? 'name name-strong' : 'name'}>
      {breakable(children)}
    </bdi>
  );
}

// A record, an address, a command: as it is typed.
export function Code({ children, block = false }: { children: string; block?: boolean }) {
  return block ? (
    <pre dir="ltr" className="code-block" tabIndex={0}>
      <code>{visible(children)}</code>
    </pre>
  ) : (
    <code dir="ltr" className="code">
      {breakable(children)}
    </code>
  );
}

// Free words of strangers (a subject): their own direction, their controls shown.
export function Words({ children }: { children: string }) {
  return (
    <bdi dir="auto" className="words">
      {visible(children)}
    </bdi>
  );
}

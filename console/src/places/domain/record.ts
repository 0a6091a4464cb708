// A change of DNS as people copy it: one line of a zone file.
import type { FixChange } from '../../api/types';

const most_in_string = 255; // RFC 1035 section 3.3.14: a character string has at most 255 octets.

export function quoted(data: string): string {
  const escaped = data.replace(/\\/g, '\\\\').replace(/"/g, '\\"');
  const parts: string[] = [];
  for (let at = 0; at < escaped.length || at === 0; at += most_in_string) parts.push(escaped.slice(at, at + most_in_string));
  return parts.map((part) => `"${part}"`).join(' ');
}

const is_quoted = (data: string): boolean => /^".*"$/.test(data.trim());

export function zone_line(change: Pick<FixChange, 'name' | 'ttl' | 'type' | 'data'>): string {
  const name = change.name.endsWith('.') ? change.name : `${change.name}.`;
  const data = change.type === 'TXT' && !is_quoted(change.data) ? quoted(change.data) : change.data;
  return `${name} ${change.ttl} IN ${change.type} ${data}`;
}

// Before and after of what a change touches.
export function before_after(change: FixChange): { before: string | null; after: string | null } {
  if (change.action === 'remove') return { before: change.before ?? change.data, after: null };
  return { before: change.before, after: change.data };
}

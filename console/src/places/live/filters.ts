// Filters of live mail: the address says them, the API obeys them for what was, and `fits` for what comes.
import type { Action, MailEvent, Operations } from '../../api/types';
import { actions } from '../../parts/status';

export type MailQuery = NonNullable<Operations['mail_list']['query']>;
export const text_filters = ['text', 'author', 'recipient', 'sender', 'client', 'cause'] as const;

export function mail_query(address: URLSearchParams): MailQuery {
  const query: MailQuery = { limit: 100 };
  const chosen: Action[] = actions.filter((each) => address.get('action')?.split(',').includes(each));
  if (chosen.length) query.action = chosen;
  for (const name of text_filters) {
    const value = address.get(name)?.trim();
    if (value) query[name] = value;
  }
  return query;
}

export function is_filtered(query: MailQuery): boolean {
  return Object.keys(query).length > 1;
}

// An address, or @DOMAIN for all of a domain.
function fits_address(wanted: string, given: string): boolean {
  const has = given.toLowerCase();
  const asked = wanted.toLowerCase();
  return asked.startsWith('@') ? has.endsWith(asked) : has === asked;
}

export function fits(query: MailQuery, event: MailEvent): boolean {
  if (query.action?.length && !query.action.includes(event.answered)) return false;
  if (query.text && !event.subject.toLowerCase().includes(query.text.toLowerCase())) return false;
  if (query.author && event.author.toLowerCase() !== query.author.toLowerCase()) return false;
  if (query.client && event.client !== query.client) return false;
  const { recipient, sender, cause } = query;
  if (recipient && !event.recipients.some((each) => fits_address(recipient, each))) return false;
  if (sender && !fits_address(sender, event.mail_from)) return false;
  if (cause && !event.causes.some((each) => each.code === cause)) return false;
  return true;
}

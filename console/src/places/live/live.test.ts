import { describe, expect, it } from 'vitest';
import type { MailEvent } from '../../api/types';
import { fits, mail_query } from './filters';
import { arrive, release } from './stream';

const event = {
  answered: 'reject',
  subject: 'Your bank account',
  author: 'bank.example',
  recipients: ['omar@ministry.example'],
  mail_from: 'x@evil.example',
  client: '203.0.113.9',
  causes: [{ code: 'dmarc-reject', text: '', section: '' }],
} as unknown as MailEvent;
const query = (text: string) => mail_query(new URLSearchParams(text));

describe('filters of live mail', () => {
  it('let through what the API would list', () => {
    expect(
      fits(query('action=reject,quarantine&author=Bank.example&recipient=@ministry.example&text=bank&cause=dmarc-reject'), event),
    ).toBe(true);
    expect(fits(query(''), event)).toBe(true);
  });
  it('hold back what it would not', () => {
    for (const wrong of [
      'action=accept',
      'author=ank.example',
      'recipient=ministry.example',
      'recipient=@try.example',
      'sender=y@evil.example',
      'client=203.0.113.90',
      'cause=x',
    ]) {
      expect(fits(query(wrong), event), wrong).toBe(false);
    }
  });
});

describe('the stream', () => {
  it('holds what comes while somebody reads, in order, and lets it go at once', () => {
    let stream = arrive<number>({ shown: [], held: [] }, 1, true);
    stream = arrive(stream, 2, false);
    // Once something waits, later mail waits behind it.
    stream = arrive(stream, 3, true);
    expect(stream).toEqual({ shown: [1], held: [3, 2] });
    expect(release(stream)).toEqual({ shown: [3, 2, 1], held: [] });
  });
});

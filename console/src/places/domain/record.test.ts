import { describe, expect, it } from 'vitest';
import { before_after, quoted, zone_line } from './record';

describe('zone lines', () => {
  it('quote text', () => {
    expect(zone_line({ name: '_dmarc.a.example', ttl: 3600, type: 'TXT', data: 'v=DMARC1; p=none' })).toBe(
      '_dmarc.a.example. 3600 IN TXT "v=DMARC1; p=none"',
    );
    expect(zone_line({ name: 'a.example.', ttl: 60, type: 'CNAME', data: 'b.example.' })).toBe('a.example. 60 IN CNAME b.example.');
    expect(zone_line({ name: 'a.example', ttl: 60, type: 'TXT', data: '"as it is"' })).toBe('a.example. 60 IN TXT "as it is"');
  });
  it('escape what would end the text, and split what is too long', () => {
    expect(quoted('a"b\\c')).toBe('"a\\"b\\\\c"');
    expect(quoted('k'.repeat(300))).toBe(`"${'k'.repeat(255)}" "${'k'.repeat(45)}"`);
  });
});

describe('before and after', () => {
  it('of each action', () => {
    const change = { name: 'n', type: 'TXT', ttl: 1, data: 'new', before: null };
    expect(before_after({ ...change, action: 'add' })).toEqual({ before: null, after: 'new' });
    expect(before_after({ ...change, action: 'replace', before: 'old' })).toEqual({ before: 'old', after: 'new' });
    expect(before_after({ ...change, action: 'remove' })).toEqual({ before: 'new', after: null });
  });
});

import { describe, expect, it } from 'vitest';
import { difference } from './difference';
import { visible } from './name';

describe('difference', () => {
  it('marks the tag that changes', () => {
    expect(difference('v=DMARC1; p=none; rua=x', 'v=DMARC1; p=reject; rua=x')).toEqual([
      { kind: 'same', text: 'v=DMARC1; ' },
      { kind: 'old', text: 'p=none' },
      { kind: 'new', text: 'p=reject' },
      { kind: 'same', text: '; rua=x' },
    ]);
  });
  it('adds and takes away whole records', () => {
    expect(difference('', 'v=spf1 -all')).toEqual([{ kind: 'new', text: 'v=spf1 -all' }]);
    expect(difference('v=spf1 -all', '')).toEqual([{ kind: 'old', text: 'v=spf1 -all' }]);
  });
  it('gives both texts back, whatever they are', () => {
    for (const [a, b] of [
      ['a b c', 'c b a'],
      ['x'.repeat(50), ' '.repeat(3)],
      ['a;'.repeat(500), 'b;'.repeat(500)],
    ] as const) {
      const parts = difference(a, b);
      expect(
        parts
          .filter((p) => p.kind !== 'new')
          .map((p) => p.text)
          .join(''),
      ).toBe(a);
      expect(
        parts
          .filter((p) => p.kind !== 'old')
          .map((p) => p.text)
          .join(''),
      ).toBe(b);
    }
  });
});

describe('visible', () => {
  it('shows what would turn the line', () => {
    expect(visible('a\u202eb\u200bc')).toBe('a\\u202eb\\u200bc');
    expect(visible('وزارت.example')).toBe('وزارت.example');
  });
});

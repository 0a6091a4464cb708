import { describe, expect, it } from 'vitest';
import { choose_language } from './language';
import { pick } from './texts';
import { ago } from './format';

describe('language', () => {
  it('is the one chosen, else the first the browser wants and we speak, else English', () => {
    expect(choose_language('ur', ['en-GB'])).toBe('ur');
    expect(choose_language('xx', ['fr-FR', 'ur-PK', 'en'])).toBe('ur');
    expect(choose_language(null, ['fr-FR'])).toBe('en');
  });
  it('picks sentences', () => {
    expect(pick({ a: { en: 'one', ur: 'ایک' } }, 'ur')).toEqual({ a: 'ایک' });
  });
});

describe('ago', () => {
  const now = Date.UTC(2026, 0, 10, 12);
  it('rounds to the unit that people say', () => {
    expect(ago(now - 10_000, now)).toBe('now');
    expect(ago(now - 180_000, now)).toBe('3 min ago');
    expect(ago(now + 2 * 86_400_000, now)).toBe('in 2 days');
    expect(ago('nonsense', now)).toBe('');
  });
});

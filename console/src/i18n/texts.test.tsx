// Every sentence of every place, in both languages.
import type { ReactElement, ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import { catalogues } from './texts';

// Loads all code, so that all catalogues are known.
const modules = import.meta.glob('../{parts,places,shell,api}/**/*.{ts,tsx}');
const skipped = /\.test\.|\/main\.tsx/;

function words(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(words).join('');
  const children = (value as ReactElement<{ children?: ReactNode }> | null)?.props?.children;
  return children === undefined ? '' : words(children);
}

// With arguments of any kind: numbers where numbers are counted, else a name.
function said(value: unknown): string {
  if (typeof value !== 'function') return words(value);
  for (const make of [(): unknown => 7, (): unknown => '٪name٪']) {
    try {
      const text = words((value as (...args: unknown[]) => unknown)(...Array.from({ length: value.length }, make)));
      if (text !== '') return text;
    } catch {
      // It wants another kind.
    }
  }
  return '';
}

// Names of standards and abbreviations are the same in every language.
const same = /^[#\s]*(DMARC|TTL|Message-ID|Authentication-Results|message-id)?\s*$/;

describe('sentences', async () => {
  for (const [path, load] of Object.entries(modules)) if (!skipped.test(path)) await load();
  const all = catalogues().flatMap((pairs) => Object.entries(pairs));
  it('are many', () => expect(all.length).toBeGreaterThan(400));
  it.each(all)('%s is said in Urdu', (_, pair) => {
    const english = said(pair.en);
    const urdu = said(pair.ur);
    expect(english.trim()).not.toBe('');
    if (same.test(english)) return;
    expect(urdu).toMatch(/[\u0600-\u06ff]/);
    expect(typeof pair.ur).toBe(typeof pair.en);
    // No sentence forgets an argument.
    if (typeof pair.en === 'function') expect((pair.ur as () => void).length).toBeLessThanOrEqual((pair.en as () => void).length);
  });
});

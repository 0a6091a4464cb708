import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(__dirname, 'tokens.css'), 'utf8');

function block(marker: string): Record<string, string> {
  const body = css.slice(css.indexOf('{', css.indexOf(marker)) + 1);
  const tokens: Record<string, string> = {};
  for (const [, name, value] of body.slice(0, body.indexOf('}')).matchAll(/--([a-z-]+):\s*(#[0-9a-f]{6})\s*;/g))
    tokens[name ?? ''] = value ?? '';
  return tokens;
}

// WCAG 2.2, relative luminance and contrast ratio.
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const themes = { light: block(":root[data-theme='light']"), dark: block(":root[data-theme='dark']") };
const text = ['text', 'text-soft', 'text-faint', 'accent', 'bad', 'warn', 'good', 'unknown'];
const grounds = ['ground', 'surface', 'sunken', 'hover'];

describe.each(Object.entries(themes))('%s', (_, theme) => {
  it.each(text.flatMap((name) => grounds.map((ground) => [name, ground] as const)))('%s on %s can be read', (name, ground) => {
    expect(contrast(theme[name] ?? '', theme[ground] ?? '')).toBeGreaterThanOrEqual(4.5);
  });
  it.each(['accent', 'bad', 'warn', 'good', 'unknown'])('%s on its own ground can be read', (name) => {
    expect(contrast(theme[name] ?? '', theme[`${name}-ground`] ?? '')).toBeGreaterThanOrEqual(4.5);
  });
  it('buttons, marks and lines', () => {
    expect(contrast(theme['on-accent'] ?? '', theme.accent ?? '')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme['on-mark'] ?? '', theme.mark ?? '')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(theme['line-strong'] ?? '', theme.surface ?? '')).toBeGreaterThanOrEqual(3);
    for (const part of ['delivered', 'quarantined', 'rejected', 'deferred']) {
      expect(contrast(theme[`chart-${part}`] ?? '', theme.ground ?? ''), part).toBeGreaterThanOrEqual(2.8);
    }
    expect(contrast(theme.text ?? '', theme['accent-ground'] ?? '')).toBeGreaterThanOrEqual(4.5);
  });
});

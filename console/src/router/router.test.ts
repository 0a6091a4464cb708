import { describe, expect, it } from 'vitest';
import { at, match, patched } from './router';

describe('match', () => {
  it('takes a path apart', () => {
    expect(match('/domains/:domain/:tab?', '/domains/a.example')).toEqual({ domain: 'a.example' });
    expect(match('/domains/:domain/:tab?', '/domains/a.example/keys')).toEqual({ domain: 'a.example', tab: 'keys' });
    expect(match('/domains/:domain', '/domains')).toBeNull();
    expect(match('/domains', '/domains/x')).toBeNull();
    expect(match('/', '/')).toEqual({});
  });
  it('refuses what is no escape', () => {
    expect(match('/domains/:domain', '/domains/%E0%A4%A')).toBeNull();
  });
});

describe('addresses', () => {
  it('escape names of strangers', () => {
    expect(at`/domains/${'a/../b?<script>'}/keys`).toBe('/domains/a%2F..%2Fb%3F%3Cscript%3E/keys');
  });
  it('are patched', () => {
    expect(patched(new URLSearchParams('a=1&b=2'), { a: null, c: 'x y' })).toBe('?b=2&c=x+y');
    expect(patched(new URLSearchParams('a=1'), { a: '' })).toBe('');
  });
});

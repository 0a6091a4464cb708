import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { address, api, Failure, on_signed_out, on_step_up, remember_csrf } from './client';
import { wait_before } from './live';
import { sentence, wrong_at } from './sentences';

const problem = (status: number, type: string, more: object = {}) =>
  new Response(JSON.stringify({ type: `/problems/${type}`, title: type, status, detail: 'because', instance: '/', ...more }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...(status === 429 ? { 'Retry-After': '60' } : {}) },
  });
const good = (body: unknown) => new Response(JSON.stringify(body), { status: 200, headers: { 'Content-Type': 'application/json' } });

describe('the client', () => {
  const answers: Response[] = [];
  const asked = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => answers.shift() ?? good({}));
  beforeEach(() => {
    vi.stubGlobal('fetch', asked);
    asked.mockClear();
    answers.length = 0;
    remember_csrf('secret');
  });
  afterEach(() => vi.unstubAllGlobals());

  it('sends the CSRF value with what changes something, and with nothing else', async () => {
    await api('domains_list', { query: { limit: 50, status: ['unknown', 'spoofable'] } });
    await api('audits_start', { body: { all: true } });
    const [read, write] = asked.mock.calls;
    expect(read?.[0]).toBe('/api/v1/domains?limit=50&status=unknown&status=spoofable');
    expect((read?.[1].headers as Record<string, string>)['X-Rampart-CSRF']).toBeUndefined();
    expect((write?.[1].headers as Record<string, string>)['X-Rampart-CSRF']).toBe('secret');
  });

  it('asks for a second factor and repeats the request, once', async () => {
    const step = vi.fn(async () => true);
    on_step_up(step);
    answers.push(problem(403, 'step-up-required'), good({ id: 'x' }));
    expect(await api('quarantine_delete', { path: { id: 'x' } })).toEqual({ id: 'x' });
    expect(step).toHaveBeenCalledTimes(1);
    answers.push(problem(403, 'step-up-required'), problem(403, 'step-up-required'));
    await expect(api('quarantine_delete', { path: { id: 'x' } })).rejects.toBeInstanceOf(Failure);
    expect(asked).toHaveBeenCalledTimes(4);
  });

  it('leaves the request where the factor is not proven', async () => {
    on_step_up(async () => false);
    answers.push(problem(403, 'step-up-required'));
    await expect(api('quarantine_delete', { path: { id: 'x' } })).rejects.toMatchObject({ problem: { status: 403 } });
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('tells when the session is over, but not when a password is wrong', async () => {
    const out = vi.fn();
    on_signed_out(out);
    answers.push(problem(401, 'sign-in-required'));
    await expect(api('overview_read')).rejects.toBeInstanceOf(Failure);
    expect(out).toHaveBeenCalledTimes(1);
    answers.push(problem(401, 'sign-in-failed'));
    await expect(api('session_sign_in', { body: { name: 'a', password: 'b' } })).rejects.toBeInstanceOf(Failure);
    expect(out).toHaveBeenCalledTimes(1);
  });

  it('makes a sentence of everything that can go wrong', async () => {
    answers.push(problem(429, 'too-many'));
    const often = await api('overview_read').catch((error: unknown) => error);
    expect(sentence(often).title).toContain('60 seconds');
    answers.push(new Response('<html>proxy</html>', { status: 502 }));
    const proxy = await api('overview_read').catch((error: unknown) => error);
    expect(sentence(proxy)).toMatchObject({ title: 'The server failed.', detail: 'HTTP 502' });
    asked.mockRejectedValueOnce(new TypeError('network'));
    const gone = await api('overview_read').catch((error: unknown) => error);
    expect(sentence(gone).title).toBe('The server did not answer.');
    expect(sentence(new Error('oops')).detail).toBe('oops');
  });

  it('finds what is wrong with one field', async () => {
    answers.push(problem(422, 'invalid', { where: 'body.password', detail: 'too short' }));
    const error = await api('overview_read').catch((failed: unknown) => failed);
    expect(wrong_at(error, 'body.password')).toBe('too short');
    expect(wrong_at(error, 'body.name')).toBeUndefined();
  });

  it('escapes names of strangers in addresses', () => {
    expect(address('/domains/{domain}', { domain: '../x?y#z' })).toBe('/api/v1/domains/..~x%3Fy%23z');
  });
});

describe('live events', () => {
  it('wait longer after each failure, at most half a minute', () => {
    expect(wait_before(0, 0)).toBe(500);
    expect(wait_before(3, 1)).toBe(8000);
    expect(wait_before(40, 1)).toBe(30_000);
  });
});

import { expect, it } from 'vitest';
import { read_results } from './results';
import { pieces_of } from './marked';

it('reads our own field', () => {
  expect(
    read_results(
      'mx.a.example; spf=fail (evil; dmarc=pass) smtp.mailfrom="x@evil.example"; dkim=pass header.d=evil.example header.s=s1; dkim=none; dmarc=fail header.from=bank.example',
    ),
  ).toEqual({
    spf: { result: 'fail', domain: 'evil.example' },
    dkim: [{ result: 'pass', domain: 'evil.example', selector: 's1' }],
    dmarc: { result: 'fail', domain: 'bank.example' },
  });
  expect(read_results('')).toEqual({ spf: null, dkim: [], dmarc: null });
});

it('marks every place of every cause, the longest first', () => {
  expect(
    pieces_of('lock within 24 hours, 24 hours', [
      { code: 'a', text: '24 hours' },
      { code: 'b', text: 'within 24 hours' },
    ]),
  ).toEqual([
    { text: 'lock ', code: null },
    { text: 'within 24 hours', code: 'b' },
    { text: ', ', code: null },
    { text: '24 hours', code: 'a' },
  ]);
  expect(pieces_of('x', [{ code: 'a', text: '' }])).toEqual([{ text: 'x', code: null }]);
});

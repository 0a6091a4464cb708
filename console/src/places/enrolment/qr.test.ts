import { expect, it } from 'vitest';
import { qr_of } from './qr';

it('takes the path out of the picture and nothing else', () => {
  expect(qr_of('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 45 45"><path d="M4 4h7v1h-7z"/></svg>')).toEqual({
    size: '0 0 45 45',
    path: 'M4 4h7v1h-7z',
  });
  expect(qr_of('<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>')).toBeNull();
});

it('leaves out the white ground that the server draws', () => {
  expect(
    qr_of(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 57 57" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h57v57H0z"/><path fill="#000" d="M4 4h7v1H4zM13 4h2v1H13z"/></svg>',
    ),
  ).toEqual({ size: '0 0 57 57', path: 'M4 4h7v1H4zM13 4h2v1H13z' });
});

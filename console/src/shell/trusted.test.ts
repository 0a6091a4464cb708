import { expect, it } from 'vitest';
import { frame_page } from '../places/message/body';
import { fill_frame } from './trusted';
import { fits } from './palette_items';

it('fills no frame that is not sandboxed', () => {
  const frame = document.createElement('iframe');
  expect(() => fill_frame(frame, '<p>')).toThrow();
  frame.setAttribute('sandbox', 'allow-scripts');
  expect(() => fill_frame(frame, '<p>')).toThrow();
  frame.setAttribute('sandbox', '');
  fill_frame(frame, '<p>x</p>');
  expect(frame.getAttribute('srcdoc')).toBe('<p>x</p>');
});

it('marks the cause that is pointed at, and only by its code', () => {
  const html = '<mark data-cause="link-away">a</mark><mark data-cause="x">b</mark>';
  expect(frame_page(html, 'link-away')).toContain(
    '<mark class="hot" data-cause="link-away"><strong><u>a</u></strong></mark><mark data-cause="x">b</mark>',
  );
  expect(frame_page(html, '"><script>')).not.toContain('script');
});

it('finds places by the beginnings of their words', () => {
  expect(fits('Audit log', 'log au')).toBe(true);
  expect(fits('census-0001.gov.example', '0001')).toBe(true);
  expect(fits('Audit log', 'xyz')).toBe(false);
});

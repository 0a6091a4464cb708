import { focusManager } from '@tanstack/react-query';
import { expect, it, vi } from 'vitest';
import { start_idle } from './idle';

it('asks for nothing while nobody is there, and again when somebody is', () => {
  vi.useFakeTimers();
  focusManager.setFocused(undefined);
  const stop = start_idle(1000);
  expect(focusManager.isFocused()).toBe(true);
  vi.advanceTimersByTime(900);
  window.dispatchEvent(new Event('keydown'));
  vi.advanceTimersByTime(900);
  expect(focusManager.isFocused()).toBe(true);
  vi.advanceTimersByTime(200);
  expect(focusManager.isFocused()).toBe(false);
  window.dispatchEvent(new Event('pointermove'));
  expect(focusManager.isFocused()).toBe(true);
  stop();
  vi.useRealTimers();
});

import { expect, it } from 'vitest';
import { next_looks } from './last_look';

it('counts a look of the last ten minutes as the same', () => {
  const nine = Date.UTC(2026, 10, 28, 9);
  const first = next_looks(null, nine);
  expect(first).toEqual({ before: null, now: '2026-11-28T09:00:00Z' });
  const again = next_looks(first, nine + 5 * 60_000);
  expect(again.before).toBeNull();
  const later = next_looks(again, nine + 3 * 3_600_000);
  expect(later.before).toBe('2026-11-28T09:05:00Z');
  expect(next_looks({ before: null, now: 'nonsense' }, nine).before).toBeNull();
});

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('types are those of the API (npm run types)', () => {
  expect(() => execFileSync(process.execPath, [join(__dirname, '..', '..', 'tools', 'make_types.mjs'), '--check'])).not.toThrow();
});

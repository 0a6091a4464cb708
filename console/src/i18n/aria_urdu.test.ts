// What React Aria can say through the components that we use is there in Urdu.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { strings } from './aria_urdu';

const modules = join(__dirname, '..', '..', 'node_modules');

function used_components(folder: string, found = new Set<string>()): Set<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) used_components(path, found);
    else if (/\.tsx?$/.test(name) && !/\.test\./.test(name))
      for (const [, component] of readFileSync(path, 'utf8').matchAll(/react-aria-components\/([A-Za-z0-9]+)/g)) found.add(component ?? '');
  }
  return found;
}

// Components whose code reaches no dictionary but that of overlays (a dialog's hidden dismiss button). Whoever uses another one
// looks which dictionary it needs, and adds its Urdu.
const known = new Set(['Button', 'TextField', 'Label', 'Input', 'TextArea', 'Text', 'Modal', 'Dialog', 'Heading', 'I18nProvider']);

describe('React Aria in Urdu', () => {
  it('is asked for no dictionary that we do not have', () => {
    expect([...used_components(join(__dirname, '..'))].filter((component) => !known.has(component))).toEqual([]);
  });
  it('has every key of the dictionaries', async () => {
    const folders = {
      '@react-aria/overlays': 'react-aria/dist/private/intl/overlays',
      '@react-aria/menu': 'react-aria/dist/private/intl/menu',
      'react-aria-components': 'react-aria-components/dist/private/intl',
    };
    for (const [name, folder] of Object.entries(folders)) {
      const text = readFileSync(join(modules, folder, 'en-US.mjs'), 'utf8');
      const keys = [...text.matchAll(/"([A-Za-z]+)":/g)].map((match) => match[1]);
      expect(keys.length).toBeGreaterThan(0);
      expect(Object.keys(strings[name] ?? {}).sort()).toEqual(keys.sort());
    }
  });
});

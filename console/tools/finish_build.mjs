// After vite: what has to be loaded before Overview is shown is measured (HTML, JS and CSS as served, brotli) and must keep within
// the budget; then each file gets its .br and .gz beside it. Fonts are measured apart: those that English loads.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const budget = 250 * 1024;
const font_budget = 60 * 1024;
const dist = new URL('../dist/', import.meta.url).pathname;
const manifest_file = join(dist, '.vite', 'manifest.json');
const manifest = JSON.parse(readFileSync(manifest_file, 'utf8'));

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });

// The entry, what it imports, and the place that is opened first.
const needed = new Set(['index.html']);
const walk = (key, also_later = false) => {
  const chunk = manifest[key];
  if (!chunk || needed.has(chunk.file)) return;
  needed.add(chunk.file);
  for (const sheet of chunk.css ?? []) needed.add(sheet);
  for (const next of chunk.imports ?? []) walk(next, also_later);
  // What Overview itself asks for a moment later (its chart) is a part of its first load.
  if (also_later) for (const next of chunk.dynamicImports ?? []) walk(next, true);
};
walk('index.html');
walk('src/places/overview/index.tsx', true);

let first_load = 0;
const rows = [];
for (const file of needed) {
  const size = brotli(readFileSync(join(dist, file))).length;
  first_load += size;
  rows.push([size, file]);
}
rows.sort((a, b) => b[0] - a[0]);
for (const [size, file] of rows) console.log(`${String(size).padStart(8)}  ${file}`);
console.log(`${String(first_load).padStart(8)}  first load of Overview (at most ${budget})`);

let fonts = 0;
const files = [];
const list = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) list(path);
    else files.push(path);
  }
};
rmSync(join(dist, '.vite'), { recursive: true });
list(dist);
for (const path of files) {
  if (/\.(br|gz)$/.test(path)) continue;
  if (path.endsWith('.woff2')) {
    if (!/nastaliq/.test(path)) fonts += statSync(path).size;
    continue;
  }
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotli(bytes));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}
console.log(`${String(fonts).padStart(8)}  fonts in English (at most ${font_budget})`);

if (first_load > budget || fonts > font_budget) {
  console.error('the console is larger than it may be\nhint: load what Overview does not need when it is opened');
  process.exit(1);
}

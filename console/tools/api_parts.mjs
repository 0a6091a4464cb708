// The API's description, put together from api/*.json as the server does it at its start.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.env.RAMPART_API ?? join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'api');

export function read_api() {
  const paths = {};
  const components = { schemas: {}, parameters: {}, responses: {}, headers: {} };
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.json')) continue;
    const part = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    for (const [path, item] of Object.entries(part.paths ?? {})) paths[path] = { ...paths[path], ...item };
    for (const kind of Object.keys(components)) Object.assign(components[kind], part[kind] ?? part.components?.[kind] ?? {});
  }
  add_documents(components.schemas);
  return { paths, components };
}

// What the command line writes has its own schemas in docs/; an answer that holds one of them names it by file and definition:
// rampart.audit-1's `line` is AuditLine.
const documents = { Audit: 'rampart.audit-1', Advise: 'rampart.advise-1', Verdict: 'rampart.verdict-1' };
const pascal = (name) => name.replace(/(^|[_-])([a-z])/g, (_, __, letter) => letter.toUpperCase());

function add_documents(schemas) {
  for (const [prefix, file] of Object.entries(documents)) {
    const document = JSON.parse(readFileSync(join(folder, '..', 'docs', `${file}.schema.json`), 'utf8'));
    const renamed = (node) =>
      JSON.parse(JSON.stringify(node).replace(/#\/\$defs\/([a-z0-9_-]+)/g, (_, name) => `#/components/schemas/${prefix}${pascal(name)}`));
    for (const [name, schema] of Object.entries(document.$defs)) schemas[prefix + pascal(name)] ??= renamed(schema);
    if (document.properties) {
      const { $defs: _, $schema: __, ...own } = document;
      schemas[prefix] ??= renamed(own);
    }
  }
}

export function resolve(api, node) {
  let found = node;
  while (found?.$ref) {
    found = found.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce((at, key) => at?.[key], api);
    if (found === undefined) throw new Error(`${node.$ref} is nowhere`);
  }
  return found;
}

// Every operation: {id, method, path, parameters, body, answers}.
export function operations(api) {
  const all = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete']) {
      const operation = item[method];
      if (!operation) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((each) => resolve(api, each));
      all.push({ id: operation.operationId, method, path, parameters, operation });
    }
  }
  return all;
}

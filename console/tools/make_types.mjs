// Writes src/api/types.ts from api/*.json: an interface for each schema, and for each operation what it takes and gives.
// `--check` writes nothing and fails when the file is old.
import { readFileSync, writeFileSync } from 'node:fs';
import { operations, read_api, resolve } from './api_parts.mjs';

const target = new URL('../src/api/types.ts', import.meta.url);
const api = read_api();

const name_of = (ref) => ref.replace(/^#\/components\/schemas\//, '').replace(/[^A-Za-z0-9_]/g, '_');
const missing = new Set();
const quoted = (key) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : JSON.stringify(key));

function type_of(schema) {
  if (schema === true || schema === undefined || (typeof schema === 'object' && Object.keys(schema).length === 0)) return 'unknown';
  if (schema.$ref) {
    if (!schema.$ref.startsWith('#/components/schemas/')) return 'unknown';
    const name = name_of(schema.$ref);
    if (!api.components.schemas[name]) {
      missing.add(name);
      return 'unknown';
    }
    // A reference with members beside it only says more of what it names.
    return name;
  }
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  for (const key of ['oneOf', 'anyOf']) {
    if (schema[key] && !schema.properties) return schema[key].map((each) => wrap(type_of(each))).join(' | ');
  }
  if (schema.allOf) {
    const own = schema.properties ? [object_of(schema)] : [];
    return [...schema.allOf.filter((each) => !each.if).map((each) => wrap(type_of(each))), ...own].join(' & ');
  }
  if (Array.isArray(schema.type)) {
    return [...new Set(schema.type.map((type) => type_of({ ...schema, type, enum: undefined })))].map(wrap).join(' | ');
  }
  switch (schema.type) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `${wrap(type_of(schema.items))}[]`;
    default:
      return schema.properties || schema.additionalProperties ? object_of(schema) : 'unknown';
  }
}

const wrap = (text) => (/[|&]/.test(text) && !/^\{/.test(text) ? `(${text})` : text);

function object_of(schema) {
  const required = new Set(schema.required ?? []);
  const members = Object.entries(schema.properties ?? {}).map(
    ([key, value]) => `${quoted(key)}${required.has(key) ? '' : '?'}: ${type_of(value)};`,
  );
  if (schema.additionalProperties && schema.additionalProperties !== true) {
    members.push(`[name: string]: ${members.length ? 'unknown' : type_of(schema.additionalProperties)};`);
  }
  return members.length ? `{ ${members.join(' ')} }` : 'Record<string, unknown>';
}

function parameters_of(parameters, place) {
  const chosen = parameters.filter((each) => each.in === place);
  if (chosen.length === 0) return 'undefined';
  return `{ ${chosen
    .map((each) => `${quoted(each.name)}${each.required ? '' : '?'}: ${type_of(each.schema)}${each.required ? '' : ' | undefined'};`)
    .join(' ')} }`;
}

function body_of(operation) {
  const body = resolve(api, operation.requestBody);
  const content = body?.content ?? {};
  if (content['application/json']) return type_of(content['application/json'].schema);
  return Object.keys(content).length ? 'Blob | string' : 'undefined';
}

function answer_of(operation) {
  const types = new Set();
  for (const [status, given] of Object.entries(operation.responses ?? {})) {
    if (!status.startsWith('2')) continue;
    const content = resolve(api, given).content ?? {};
    const json = content['application/json'];
    if (json) types.add(type_of(json.schema));
    else if (Object.keys(content).length) types.add('string');
    else types.add('undefined');
  }
  return types.size ? [...types].join(' | ') : 'undefined';
}

const lines = [
  '// Made by tools/make_types.mjs from api/*.json (`npm run types`). Not to be edited.',
  '',
  ...Object.entries(api.components.schemas).map(([name, schema]) => `export type ${name_of(name)} = ${type_of(schema)};`),
  '',
  'export interface Operations {',
  ...operations(api).map(
    ({ id, parameters, operation }) =>
      `  ${id}: { path: ${parameters_of(parameters, 'path')}; query: ${parameters_of(parameters, 'query')}; body: ${body_of(operation)}; answer: ${answer_of(operation)} };`,
  ),
  '}',
  '',
  '// method, path and permission of each',
  'export const operations = {',
  ...operations(api).map(
    ({ id, method, path, operation }) => `  ${id}: ['${method.toUpperCase()}', '${path}', '${operation['x-permission'] ?? ''}'],`,
  ),
  '} as const satisfies Record<keyof Operations, readonly [string, string, string]>;',
  '',
];
const text = lines.join('\n');
for (const name of missing) console.error(`api: no schema ${name}; its type is unknown`);

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/api/types.ts is older than api/*.json\nhint: npm run types');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}

// An answer to any operation from its description alone: its example, its schema's example, or the smallest thing that fits.
import { resolve } from '../tools/api_parts.mjs';

export function example_of(api, schema, depth = 0) {
  if (schema === undefined || schema === true || depth > 12) return null;
  const own = schema;
  if (own.example !== undefined) return own.example;
  if (own.examples?.length) return own.examples[0];
  if (schema.$ref) {
    try {
      return example_of(api, resolve(api, schema), depth + 1);
    } catch {
      return null;
    }
  }
  if ('const' in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.default !== undefined) return schema.default;
  const choice = schema.oneOf ?? schema.anyOf;
  if (choice && !schema.properties) return example_of(api, choice.find((each) => each.type !== 'null') ?? choice[0], depth + 1);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((each) => example_of(api, each, depth + 1)));
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== 'null') : schema.type;
  switch (type) {
    case 'string':
      return schema.format === 'date-time' ? '2026-11-28T08:00:00Z' : 'text';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return schema.minItems === 0 || depth > 8 ? [] : [example_of(api, schema.items, depth + 1)].filter((each) => each !== null);
    default: {
      const object = {};
      for (const [name, value] of Object.entries(schema.properties ?? {})) object[name] = example_of(api, value, depth + 1);
      return object;
    }
  }
}

export function answer_of(api, operation) {
  for (const [status, given] of Object.entries(operation.responses ?? {})) {
    if (!status.startsWith('2')) continue;
    const response = resolve(api, given);
    for (const [type, media] of Object.entries(response.content ?? {})) {
      const body = media.example ?? Object.values(media.examples ?? {})[0]?.value ?? example_of(api, media.schema);
      return { status: Number(status), type, body };
    }
    return { status: Number(status), type: null, body: null };
  }
  return { status: 204, type: null, body: null };
}

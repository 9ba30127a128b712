import { buildAnchor, code } from './markdown.ts';
import type { Schema } from './openapi.ts';

/** A member of a shape: its path, such as `items[].sku`, its type and its meaning. */
export type Field = readonly [path: string, type: string, meaning: string];

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-7';
/** Descriptions that "id" and "time" already imply. */
const IMPLIED = new Set(['A UUIDv7 in lower case.', 'RFC 3339, UTC, with milliseconds.']);

/** Returns the members of a shape, each followed by its nested members. */
export function listFields(schema: Schema, prefix = ''): Field[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = `${prefix}${name}`;
    const optional = !(schema.required ?? []).includes(name);
    const meaning = findMeaning(member.description);
    const field: Field = [
      code(path),
      `${typeText(member)}${optional ? ', optional' : ''}`,
      meaning,
    ];
    if (isMoney(member)) return [field];
    const inner = member.items ?? member;
    const inside = isMoney(inner) ? [] : listFields(inner, `${path}${member.items ? '[]' : ''}.`);
    return [field, ...inside];
  });
}

/** Returns what a description adds to the text of its type. */
export function findMeaning(description = ''): string {
  return IMPLIED.has(description) ? '' : description;
}

/** Describes a type in a few words: `text, up to 500 characters`. */
export function typeText(schema: Schema): string {
  if (schema.$ref !== undefined) return schemaLink(schema.$ref.split('/').at(-1)!);
  if (isMoney(schema)) return schemaLink('Money');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map(typeText).join(' or ');
  if (schema.const !== undefined) return code(String(schema.const));
  const types = [schema.type ?? []].flat();
  const nullable = types.includes('null') || schema.enum?.includes(null) === true;
  const type = types.find((one) => one !== 'null') ?? '';
  return `${describeType(schema, type)}${nullable ? ' or null' : ''}`;
}

function describeType(schema: Schema, type: string): string {
  if (schema.enum !== undefined) {
    return schema.enum.flatMap((one) => (one === null ? [] : [code(String(one))])).join(', ');
  }
  switch (type) {
    case 'string':
      return text(schema);
    case 'integer':
      return withRange('whole number', schema);
    case 'number':
      return withRange('number', schema);
    case 'boolean':
      return 'true or false';
    case 'array':
      return `list of ${withoutNull(schema.items)}${amount(schema)}`;
    case 'null':
      return 'null';
    default:
      return schema.properties === undefined ? 'anything' : 'object';
  }
}

function withoutNull(items: Schema | undefined): string {
  const words = typeText(items ?? {});
  return words === 'object' ? 'objects' : words;
}

function text(schema: Schema): string {
  if (schema.pattern?.includes(UUID)) return 'id';
  if (schema.format === 'date-time') return 'time';
  if (schema.format === 'uri') return 'URL';
  const { minLength = 0, maxLength } = schema;
  if (maxLength === undefined) return 'text';
  const range = minLength > 0 ? `${minLength} to ${maxLength}` : `up to ${maxLength}`;
  return `text, ${range} characters`;
}

function withRange(words: string, { minimum, maximum, default: preset }: Schema): string {
  const tail = preset === undefined ? '' : `, default ${preset}`;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (minimum !== undefined && most !== undefined) return `${words}, ${minimum} to ${most}${tail}`;
  if (minimum !== undefined) return `${words}, ${minimum} or more${tail}`;
  return `${words}${tail}`;
}

function amount({ minItems, maxItems }: Schema): string {
  return maxItems === undefined ? '' : `, ${minItems ?? 0} to ${maxItems}`;
}

/** Returns whether a schema is money, which is one thing to a reader, whether it is named in the document or not. */
function isMoney({ properties = {} }: Schema): boolean {
  const names = Object.keys(properties);
  return names.length === 2 && 'amount' in properties && 'currency' in properties;
}

function schemaLink(name: string): string {
  return `[${name}](schemas.md#${buildAnchor(name)})`;
}

/** Operations from the OpenAPI document, and values that match or violate their schemas. */

import { type TextForm, textForms } from '../../src/shared/text.ts';

export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly format?: string;
  readonly 'x-text'?: TextForm;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** With `{names}` for its parameters. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | null;
}

interface Document {
  readonly paths: Record<string, Record<string, RawOperation>>;
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Record<string, { readonly schema: JsonSchema }> };
}

/** Returns every operation of the document served by a running server. */
export async function fetchOperations(url: string): Promise<Operation[]> {
  const raw: unknown = await (await fetch(`${url}/openapi.json`)).json();
  const document = inlineReferences(raw, raw) as Document;
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json']?.schema ?? null,
    })),
  );
}

/** Returns `node` with every reference replaced by its target. */
function inlineReferences(node: unknown, document: unknown): unknown {
  if (Array.isArray(node)) return node.map((item) => inlineReferences(item, document));
  if (node === null || typeof node !== 'object') return node;
  if ('$ref' in node)
    return inlineReferences(resolveReference(String(node.$ref), document), document);
  return Object.fromEntries(
    Object.entries(node).map(([name, member]) => [name, inlineReferences(member, document)]),
  );
}

function resolveReference(reference: string, document: unknown): unknown {
  let found = document;
  for (const name of reference.split('/').slice(1)) {
    found = (found as Record<string, unknown> | undefined)?.[name];
  }
  if (found === undefined) throw new Error(`the document does not contain ${reference}`);
  return found;
}

/** Texts for the patterns that the contract uses; a new pattern needs a line here. */
const patternSamples = [
  '0198b5c4-1111-7abc-8abc-000000000001',
  'somebody@example.com',
  'SKU-1',
  'GBP',
  'PENDING',
  'PAID',
  'a text',
  'https://receiver.example/hooks',
  `hfr_${'A'.repeat(43)}`,
  'A'.repeat(43),
  'GB',
  '20',
  '18:30',
  '492039',
];

/** Returns a value that matches the schema, with every optional member. */
export function buildSample(schema: JsonSchema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  if (schema.anyOf !== undefined) return buildSample(schema.anyOf[0]!);
  switch (findType(schema)) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, member]) => [
          name,
          buildSample(member),
        ]),
      );
    case 'array':
      return Array.from({ length: Math.max(schema.minItems ?? 1, 1) }, () =>
        buildSample(schema.items ?? {}),
      );
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 1, 1);
    case 'boolean':
      return true;
    case 'string':
      return sampleText(schema);
    default:
      throw new Error(`no sample for ${JSON.stringify(schema)}`);
  }
}

function sampleText(schema: JsonSchema): string {
  if (schema.format === 'date-time') return '2030-01-01T00:00:00.000Z';
  if (schema.format === 'date') return '2030-01-01';
  const { minLength = 0, maxLength = 1_000 } = schema;
  const fits = patternSamples.find(
    (text) =>
      (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(text)) &&
      text.length >= minLength &&
      text.length <= maxLength,
  );
  if (fits === undefined) throw new Error(`no sample for ${JSON.stringify(schema)}`);
  return fits;
}

export function findType(schema: JsonSchema): string | undefined {
  return typeof schema.type === 'string' ? schema.type : schema.type?.[0];
}

/** A body with one error. */
export interface Mutation {
  readonly what: string;
  readonly body: unknown;
}

/** Returns bodies that must be refused: `sample` with one member of a wrong type or out of range, or an unknown one. */
export function wrongBodies(schema: JsonSchema, sample: unknown): Mutation[] {
  return [...wrongValues(schema, '')].flatMap(({ pointer, value }) => ({
    what: `${pointer === '' ? 'the body' : pointer} as ${shown(value)}`,
    body: withValue(sample, pointer.split('/').slice(1), value),
  }));
}

function* wrongValues(
  schema: JsonSchema,
  pointer: string,
): Generator<{ pointer: string; value: unknown }> {
  for (const value of listForeignFields(schema)) yield { pointer, value };
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    yield* wrongValues(member, `${pointer}/${name}`);
  }
  if (findType(schema) === 'object') {
    for (const name of ['role', 'status', 'total', 'isAdmin', 'constructor', '__proto__ ']) {
      if (schema.properties?.[name] === undefined)
        yield { pointer: `${pointer}/${name}`, value: 'admin' };
    }
  }
  if (findType(schema) === 'array') yield* wrongValues(schema.items ?? {}, `${pointer}/0`);
}

/** Returns texts that this form does not allow. */
export function wrongTexts(form: TextForm | undefined): string[] {
  if (form === undefined) return [];
  const { severalLines, visible } = textForms[form];
  return [
    'a\u0007b',
    'a\u009bb',
    'a\u202eb',
    ...(severalLines ? [] : ['a\nb', 'a\u2028b']),
    ...(visible ? [' ', '\u200b\u3164', '\u0301'] : []),
  ];
}

function listForeignFields(schema: JsonSchema): unknown[] {
  const type = findType(schema);
  const every: Record<string, unknown[]> = {
    null: [null],
    string: ['', 'x', '1', 'true', "'; drop table orders; --", 'NaN'],
    number: [-1, 0.5, 1e308, -1e308, 2 ** 53 + 2, 2 ** 31 + 0.1],
    boolean: [true, false],
    array: [[], [[]], [null]],
    object: [{}, { amount: 1 }, { $ne: null }],
  };
  const own = type === 'integer' ? 'number' : type;
  const isNullable = Array.isArray(schema.type) && schema.type.includes('null');
  const ofOtherTypes = Object.entries(every).flatMap(([name, values]) =>
    name === own || (name === 'null' && isNullable) ? [] : values,
  );
  switch (own) {
    case 'string': {
      const texts = ['a\u0000b', 'a\ud800b'];
      if (schema.maxLength !== undefined) texts.push('x'.repeat(schema.maxLength + 1));
      if ((schema.minLength ?? 0) > 0) texts.push('');
      const pattern = new RegExp(schema.pattern ?? '', 'u');
      const misfits = ['\r\nX-Evil: 1', '\u202e', '../../etc/passwd', "' or 1=1 --"];
      if (schema.enum !== undefined) texts.push(...misfits);
      else texts.push(...misfits.filter((text) => !pattern.test(text)));
      texts.push(...wrongTexts(schema['x-text']));
      return [...ofOtherTypes, ...texts];
    }
    case 'number':
      return [
        ...ofOtherTypes,
        0.5,
        1e308,
        (schema.minimum ?? -(2 ** 53)) - 1,
        (schema.maximum ?? 2 ** 53) + 1,
      ];
    case 'array':
      return [
        ...ofOtherTypes,
        ...(schema.minItems === undefined ? [] : [[]]),
        ...(schema.maxItems === undefined
          ? []
          : [new Array(schema.maxItems + 1).fill(buildSample(schema.items!))]),
      ];
    default:
      return ofOtherTypes;
  }
}

function withValue(sample: unknown, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(sample)) {
    return sample.map((member, index) =>
      String(index) === name ? withValue(member, rest, value) : member,
    );
  }
  const members = sample as Record<string, unknown>;
  return { ...members, [name]: withValue(members?.[name], rest, value) };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

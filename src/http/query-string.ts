import type { InputError } from '../shared/errors.ts';

const PARAMETERS_MAX = 64;

/** Where the parser stores an error in the query: it runs in the router, which cannot report errors. */
const fault = Symbol('fault');

export interface Query {
  [name: string]: unknown;
  [fault]?: InputError;
}

/**
 * Parses a query string into texts. A duplicate name, an invalid percent-encoding or a NUL is an error, which the
 * validator reports on strict operations. Source of the format: WHATWG URL §5.1, where `+` is a space.
 */
export function parseQuery(text: string): Query {
  const query: Query = Object.create(null);
  if (text === '') return query;
  let count = 0;
  for (const pair of text.split('&', PARAMETERS_MAX + 1)) {
    if (pair === '') continue;
    count += 1;
    const equals = pair.indexOf('=');
    const name = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    if (name === null || value === null) {
      query[fault] ??= { pointer: `?${name ?? ''}`, detail: 'is not valid percent-encoded UTF-8' };
    } else if (name.includes('\0') || value.includes('\0')) {
      const pointer = name.includes('\0') ? '?' : `?${name}`;
      query[fault] ??= { pointer, detail: 'must not contain the character NUL' };
    } else if (name in query) {
      query[fault] ??= { pointer: `?${name}`, detail: 'must appear only once' };
    } else query[name] = value;
  }
  if (count > PARAMETERS_MAX) {
    query[fault] = { pointer: '?', detail: `must have at most ${PARAMETERS_MAX} parameters` };
  }
  return query;
}

export function queryFault(query: unknown): InputError | undefined {
  return (query as Query)[fault];
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text);
  } catch {
    return null;
  }
}

interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>;
}

/** Each number has one spelling: no plus sign, no leading zero, no exponent, no space. */
const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/;

/**
 * Creates a function that converts the texts of a query to the integers and booleans of its schema. Only queries are
 * converted, because they contain only texts. A text that cannot be converted stays, and the schema refuses it.
 */
export function createQueryReader(schema: unknown): (query: Query) => void {
  const { properties = {} } = schema as Shape;
  const integers = Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
  const booleans = Object.keys(properties).filter((name) => properties[name]?.type === 'boolean');
  return (query) => {
    for (const name of integers) {
      const text = query[name];
      if (typeof text === 'string' && INTEGER.test(text)) query[name] = Number(text);
    }
    for (const name of booleans) {
      const text = query[name];
      if (text === 'true') query[name] = true;
      else if (text === 'false') query[name] = false;
    }
  };
}

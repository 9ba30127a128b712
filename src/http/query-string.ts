import type { InputError } from '../shared/errors.ts';

const PARAMETERS_MAX = 64;

/** Where the parser leaves what is wrong with a query: it runs in the router, before there is anybody to tell. */
const fault = Symbol('fault');

export interface Query {
  [name: string]: unknown;
  [fault]?: InputError;
}

/**
 * Reads a query string into texts. A name that comes twice, a broken percent-encoding or a NUL is a fault, which the
 * validator reports on operations that are strict. Source of the form: WHATWG URL §5.1, where `+` is a space.
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
      query[fault] ??= { pointer: `?${name}`, detail: 'must stand only once' };
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

/** One spelling for each number: no sign but minus, no leading zero, no exponent, no space. */
const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/;

/**
 * A query holds texts only, so here, and nowhere else, a text is read as the integer or the boolean that the schema
 * asks for. What does not read so stays a text, and the schema refuses it.
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

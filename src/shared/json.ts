import { isUtf8 } from 'node:buffer';
import { invalidInput, requestErrors } from './common-errors.ts';
import { CodedError } from './errors.ts';

/** How deeply arrays and objects may be nested. */
const JSON_DEPTH_MAX = 32;

/**
 * Parses JSON as the contract accepts it: UTF-8, at most 32 levels deep, no key that could reach a prototype, no NUL
 * and no lone surrogate, which PostgreSQL cannot store. An empty body is `undefined`.
 * Throws `request.malformed`, or `request.invalid` with the location.
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed('The body is not valid UTF-8.');
  // Before parsing, since 100,000 brackets would exhaust the stack of the parser or of code that walks its result.
  if (deeperThan(bytes, JSON_DEPTH_MAX)) {
    throw malformed(`The body is nested deeper than ${JSON_DEPTH_MAX} levels.`);
  }
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('The body is not valid JSON.');
  }
  // In valid UTF-8 and valid JSON, NUL and lone surrogates occur only as escapes, and most bodies have none.
  if (text.includes('\\u') || text.includes('__proto__') || text.includes('constructor')) {
    refuseHarmful(value, '');
  }
  return value;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

function deeperThan(bytes: Buffer, depthMax: number): boolean {
  let depth = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    switch (bytes[index]) {
      case 0x5b: // [
      case 0x7b: // {
        depth += 1;
        if (depth > depthMax) return true;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth -= 1;
        break;
      case QUOTE:
        index += 1;
        while (index < bytes.length && bytes[index] !== QUOTE) {
          index += bytes[index] === BACKSLASH ? 2 : 1;
        }
        break;
    }
  }
  return false;
}

function refuseHarmful(value: unknown, pointer: string): void {
  if (typeof value === 'string') refuseText(value, pointer);
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseHarmful(item, `${pointer}/${index}`);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) {
      const at = `${pointer}/${escapePointer(key)}`;
      refuseText(key, pointer);
      if (key === '__proto__' || (key === 'constructor' && hasPrototype(member))) {
        throw invalidInput(at, 'is unknown');
      }
      refuseHarmful(member, at);
    }
  }
}

function hasPrototype(value: unknown): boolean {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, 'prototype');
}

function refuseText(text: string, pointer: string): void {
  if (text.includes('\0')) throw invalidInput(pointer, 'must not contain the character NUL');
  if (!text.isWellFormed()) throw invalidInput(pointer, 'must not contain an unpaired surrogate');
}

/** Source: RFC 6901 §3. */
export function escapePointer(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

function malformed(detail: string): CodedError {
  return new CodedError(requestErrors.malformed, { detail });
}

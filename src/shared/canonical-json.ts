import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/**
 * Returns JSON with the members of every object sorted, so that equivalent bodies have the same text. `value` is a
 * parsed JSON value, or undefined, which is written as null.
 */
export function canonicalJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/**
 * Returns the SHA-256 of texts in the given order. ('ab', 'c') and ('a', 'bc') differ. The digest is fetched as a text,
 * because for a buffer Node allocates memory outside the heap, which takes four times as long.
 */
export function sha256(...parts: readonly string[]): Buffer {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return Buffer.from(hash('sha256', text, 'binary'), 'binary');
}

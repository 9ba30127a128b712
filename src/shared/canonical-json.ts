import { hash } from 'node:crypto';
import stringify from 'safe-stable-stringify';

/**
 * JSON with the members of every object in one order, so that two bodies that mean the same read the same. `value` is
 * what a JSON parser gives, or undefined, which reads as null.
 */
export function canonicalJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

/** SHA-256 over texts in their order; ('ab', 'c') and ('a', 'bc') differ. */
export function sha256(...parts: readonly string[]): Buffer {
  return hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''), 'buffer');
}

import { isDeepStrictEqual } from 'node:util';

/** The fields of a subject that a change concerns, before and after it. */
export interface Difference {
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** Returns the fields that differ: all of a subject that was created or deleted. Returns null if both are equal. */
export function findDifference(before: object | null, after: object | null): Difference | null {
  if (before === null || after === null) {
    return { before: before && { ...before }, after: after && { ...after } };
  }
  const earlier = new Map<string, unknown>(Object.entries(before));
  const later = new Map<string, unknown>(Object.entries(after));
  const fields = [...new Set([...earlier.keys(), ...later.keys()])].filter(
    (field) => !isDeepStrictEqual(earlier.get(field) ?? null, later.get(field) ?? null),
  );
  if (fields.length === 0) return null;
  return {
    before: Object.fromEntries(fields.map((field) => [field, earlier.get(field) ?? null])),
    after: Object.fromEntries(fields.map((field) => [field, later.get(field) ?? null])),
  };
}

import { isDeepStrictEqual } from 'node:util';

/** The largest value that the log repeats, in bytes of JSON. */
const VALUE_BYTES_MAX = 2_048;

/** A field before and after a change. */
export interface ChangedField {
  readonly from: unknown;
  readonly to: unknown;
}

/** Returns the fields that differ, as the log records them: with both values, a missing one as null. */
export function findChangedFields(
  before: object | null,
  after: object | null,
): Record<string, ChangedField> {
  const earlier = new Map<string, unknown>(Object.entries(before ?? {}));
  const later = new Map<string, unknown>(Object.entries(after ?? {}));
  const changes: Record<string, ChangedField> = {};
  for (const field of new Set([...earlier.keys(), ...later.keys()])) {
    const from = earlier.get(field) ?? null;
    const to = later.get(field) ?? null;
    if (!isDeepStrictEqual(from, to)) changes[field] = { from: shorten(from), to: shorten(to) };
  }
  return changes;
}

/** Returns the length of a long text or list instead of its content. */
function shorten(value: unknown): unknown {
  if (typeof value !== 'string' && !Array.isArray(value)) return value;
  return Buffer.byteLength(JSON.stringify(value)) > VALUE_BYTES_MAX
    ? { length: value.length }
    : value;
}

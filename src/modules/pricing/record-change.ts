import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../database/database.ts';
import { appendEvents } from '../../events/index.ts';
import type { Author } from '../../shared/caller.ts';

/** The largest value that the log repeats, in bytes of JSON. */
const VALUE_BYTES_MAX = 2_048;

/** What the prices of later orders depend on. */
export type PriceKind = 'tax_rate' | 'charge' | 'discount' | 'modifier_group' | 'product';

interface Priced {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** A creation, change or deletion. */
export interface PriceChange<Row extends Priced> {
  readonly kind: PriceKind;
  /** Null: it did not exist. */
  readonly before: Row | null;
  /** Null: it was deleted. */
  readonly after: Row | null;
  /** Returns what a client may set, as the API shows it. */
  readonly toTerms: (row: Row) => object;
}

/** Records a change of prices with its author in the log. */
export async function recordPriceChange<Row extends Priced>(
  tx: Transaction,
  { kind, before, after, toTerms }: PriceChange<Row>,
  { actor, cause }: Author,
): Promise<void> {
  const { id, name, version } = (after ?? before)!;
  const change = before === null ? 'created' : after === null ? 'deleted' : 'changed';
  const changes = compareFields(before && toTerms(before), after && toTerms(after));
  await appendEvents(tx, [
    {
      type: 'prices.changed',
      orderId: null,
      sequence: null,
      from: null,
      to: null,
      actor,
      reason: null,
      cause,
      data: { kind, id, name, change, version, changes },
    },
  ]);
}

/** Returns the fields that differ, with both values. */
function compareFields(before: object | null, after: object | null) {
  const earlier = new Map<string, unknown>(Object.entries(before ?? {}));
  const later = new Map<string, unknown>(Object.entries(after ?? {}));
  const changes: Record<string, { from: unknown; to: unknown }> = {};
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

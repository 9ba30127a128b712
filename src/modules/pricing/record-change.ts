import type { Transaction } from '../../database/database.ts';
import { appendEvents } from '../../events/index.ts';
import type { Author } from '../../shared/caller.ts';
import { findChangedFields } from '../../shared/changed-fields.ts';

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
  const changes = findChangedFields(before && toTerms(before), after && toTerms(after));
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

import { type AuditType, recordAudit } from '../../audit/index.ts';
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

/**
 * Records a change of prices with its author, in the log for those who use prices and in the audit. The log shortens
 * long values, the audit repeats them.
 */
export async function recordPriceChange<Row extends Priced>(
  tx: Transaction,
  { kind, before, after, toTerms }: PriceChange<Row>,
  author: Author,
): Promise<void> {
  const { id, name, version } = (after ?? before)!;
  const change = before === null ? 'created' : after === null ? 'deleted' : 'changed';
  const earlier = before && toTerms(before);
  const later = after && toTerms(after);
  const changes = findChangedFields(earlier, later);
  // There is no `product.deleted`: a product that is no longer sold becomes inactive.
  const type = `${kind}.${change}` as AuditType;
  await Promise.all([
    appendEvents(tx, [
      {
        type: 'prices.changed',
        orderId: null,
        customerId: null,
        sequence: null,
        from: null,
        to: null,
        actor: author.actor,
        reason: null,
        cause: author.cause,
        data: { kind, id, name, change, version, changes },
      },
    ]),
    recordAudit(tx, author, [{ type, subjectId: id, before: earlier, after: later }]),
  ]);
}

import { toColumnArrays } from '../../../database/column-arrays.ts';
import type { Transaction } from '../../../database/database.ts';
import { violates } from '../../../database/database-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { deleteUses, insertUse, insertUses, useColumns } from './use-queries.ts';

/** One discount that an order uses. */
export interface DiscountUse {
  readonly orderId: string;
  readonly discountId: string;
  readonly customerId: string;
}

/**
 * Holds the uses of orders that begin to count, in one statement. If one is used up or its discount was deleted, the
 * database refuses: `isUsedUp` recognises the error. An order holds a discount once.
 */
export async function holdUses(tx: Transaction, uses: readonly DiscountUse[]): Promise<void> {
  const [first] = uses;
  if (first === undefined) return;
  if (uses.length === 1) {
    await insertUse(tx, first.orderId, first.discountId, first.customerId);
    return;
  }
  const rows = uses.map(({ orderId, discountId, customerId }) => ({
    order_id: orderId,
    discount_id: discountId,
    customer_id: customerId,
  }));
  const [orderIds, discountIds, customerIds] = toColumnArrays(useColumns, rows);
  await insertUses(tx, orderIds!, discountIds!, customerIds!);
}

/** Gives back the uses of orders that no longer count, in one statement. Those that hold none change nothing. */
export async function releaseUses(tx: Transaction, orderIds: readonly string[]): Promise<void> {
  if (orderIds.length > 0) await deleteUses(tx, orderIds);
}

/**
 * Returns whether `holdUses` failed because a discount was used up, or deleted after it was read, inside the
 * transaction or after it.
 */
export function isUsedUp(error: unknown): boolean {
  const cause = error instanceof CodedError ? error.details.cause : error;
  return (
    violates(cause, 'discounts_uses_check') || violates(cause, 'discount_uses_discount_id_fkey')
  );
}

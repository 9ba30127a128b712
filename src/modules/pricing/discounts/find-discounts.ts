import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { normaliseCode } from '../discount-code.ts';
import type { DiscountDefinition } from '../rules.ts';
import { sortDiscounts } from '../to-discount-rule.ts';
import { type DiscountRow, toDiscountDefinition } from './discount.ts';
import { findDiscountRowsByCode, lockDiscountRows } from './queries.ts';

/** A discount and how many orders use it. */
export interface CountedDiscount extends DiscountDefinition {
  readonly uses: number;
}

/** Finds discounts by code, compared without case, active or not, in the order of creation. */
export async function findDiscountsByCode(
  db: Queryable,
  codes: readonly string[],
): Promise<readonly CountedDiscount[]> {
  return (await findDiscountRowsByCode(db, codes.map(normaliseCode))).map(toCounted);
}

/**
 * Finds discounts by id and by code, as above, and locks them until commit, in the order of ids, so that nothing else
 * can use them. Deleted ones are left out.
 */
export async function lockDiscounts(
  tx: Transaction,
  {
    ids = [],
    codes = [],
  }: { readonly ids?: readonly string[]; readonly codes?: readonly string[] },
): Promise<readonly CountedDiscount[]> {
  const rows = await lockDiscountRows(tx, ids, codes.map(normaliseCode));
  return sortDiscounts(rows.map(toCounted));
}

function toCounted(row: DiscountRow): CountedDiscount {
  return { ...toDiscountDefinition(row), uses: row.uses };
}

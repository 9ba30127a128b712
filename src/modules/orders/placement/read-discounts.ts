import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import {
  type CountedDiscount,
  countCustomerUses,
  findDiscountsByCode,
  findUses,
  lockDiscounts,
} from '../../pricing/index.ts';
import { customerUseKey, type KnownDiscounts, noDiscounts } from './known-discounts.ts';
import { dependsOnCustomer, type PriceList } from './price-list.ts';
import { findReturningCustomers } from './queries.ts';

export interface WantedDiscounts {
  readonly codes: readonly string[];
  readonly customerIds: readonly string[];
}

/**
 * Reads the discounts of a price list and those of some codes, with their uses, as far as a limit depends on them. Without
 * codes and limits this reads nothing. Uses by customer are exact if the customers' rows are locked.
 */
export async function readDiscounts(
  db: Queryable,
  list: PriceList,
  wanted: WantedDiscounts,
): Promise<KnownDiscounts> {
  const limited = list.discounts.filter(({ usesMax }) => usesMax !== null).map(({ id }) => id);
  const [named, uses] = await Promise.all([
    wanted.codes.length === 0 ? [] : findDiscountsByCode(db, wanted.codes),
    limited.length === 0 ? [] : findUses(db, limited),
  ]);
  const usesById = new Map(uses.map((row) => [row.id, row.uses]));
  const automatic = list.discounts.map((discount) => ({
    ...discount,
    uses: usesById.get(discount.id) ?? 0,
  }));
  return countByCustomer(db, [...automatic, ...named], wanted.customerIds);
}

/**
 * Does the same, and locks every discount that the orders may use, with a limit or without: all of them are changed
 * before the stock, which is locked too.
 */
export async function readLockedDiscounts(
  tx: Transaction,
  list: PriceList,
  wanted: WantedDiscounts,
): Promise<KnownDiscounts> {
  const ids = list.discounts.map(({ id }) => id);
  if (ids.length + wanted.codes.length === 0) return noDiscounts;
  const locked = await lockDiscounts(tx, { ids, codes: wanted.codes });
  return countByCustomer(tx, locked, wanted.customerIds);
}

async function countByCustomer(
  db: Queryable,
  discounts: readonly CountedDiscount[],
  customerIds: readonly string[],
): Promise<KnownDiscounts> {
  if (!discounts.some(dependsOnCustomer) || customerIds.length === 0) {
    return discounts.length === 0 ? noDiscounts : { ...noDiscounts, discounts };
  }
  const ids = discounts.flatMap(({ id, usesPerCustomerMax }) =>
    usesPerCustomerMax === null ? [] : id,
  );
  const [rows, returning] = await Promise.all([
    ids.length === 0 ? [] : countCustomerUses(db, customerIds, ids),
    findReturningCustomers(db, customerIds),
  ]);
  return {
    discounts,
    customerUses: new Map(
      rows.map((row) => [customerUseKey(row.customerId, row.discountId), row.count]),
    ),
    returning: new Set(returning.map(({ customerId }) => customerId)),
  };
}

import type { Transaction } from '../../../database/database.ts';
import type { Queryable } from '../../../database/statement.ts';
import { findModifierGroups, type ModifierGroup } from '../../catalog/index.ts';
import {
  findRules,
  lockPriceVersion,
  readPriceVersion,
  type ShopRules,
} from '../../pricing/index.ts';
import { findShopSettings, type ShopSettings } from '../../scheduling/index.ts';

/** What placements depend on besides products and discount codes, as it was at one version. */
export interface PriceList extends ShopRules {
  readonly version: number;
  readonly shop: ShopSettings;
  readonly groups: ReadonlyMap<string, ModifierGroup>;
  /** The products whose stock modifiers reserve, by code. */
  readonly stockedModifiers: ReadonlyMap<string, string>;
  /** Whether a discount that applies without a code depends on earlier orders of the customer. */
  readonly limitsCustomers: boolean;
}

/** Remembers the newest price list that this process has read. */
export interface PriceLists {
  /** Returns the remembered list, or reads one if there is none. It may be outdated. */
  get(db: Queryable): PriceList | Promise<PriceList>;
  /** Reads the list again and remembers it, or waits for a read that has begun. */
  refresh(db: Queryable): Promise<PriceList>;
}

export function createPriceLists(): PriceLists {
  let remembered: PriceList | null = null;
  let reading: Promise<PriceList> | null = null;
  async function read(db: Queryable): Promise<PriceList> {
    try {
      // Whatever the version was before: after a failover it may be lower.
      remembered = await readPriceList(db);
      return remembered;
    } finally {
      reading = null;
    }
  }
  // Shared: after a change, everybody who is waiting needs the same list.
  function refresh(db: Queryable): Promise<PriceList> {
    reading ??= read(db);
    return reading;
  }
  return { get: (db) => remembered ?? refresh(db), refresh };
}

/** The price list that a decision used is not the one of its transaction. */
export class PricesChangedError extends Error {
  constructor() {
    super('the price list has changed since it was read');
    this.name = 'PricesChangedError';
  }
}

/** Throws `PricesChangedError` if the list has another version than the database. */
export function requireCurrent({ version }: PriceList, current: number): void {
  if (version !== current) throw new PricesChangedError();
}

/** After so many lists that were outdated when they were used, the next one is read where it is used. */
const OUTDATED_MAX = 3;

/**
 * Calls `work` with the remembered list, and again with a new one if it throws `PricesChangedError`. So what is
 * remembered costs no query and is never used after a change. Null: prices change too often for that, and `work` reads
 * the list in its transaction, by `readLockedList`.
 */
export async function withPriceList<T>(
  db: Queryable,
  lists: PriceLists,
  work: (list: PriceList | null) => Promise<T>,
): Promise<T> {
  let list: PriceList | null = await lists.get(db);
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await work(list);
    } catch (error) {
      if (!(error instanceof PricesChangedError) || list === null) throw error;
      list = attempts < OUTDATED_MAX ? await lists.refresh(db) : null;
    }
  }
}

/** Reads a list that nothing changes until commit. */
export async function readLockedList(tx: Transaction): Promise<PriceList> {
  await lockPriceVersion(tx);
  return readPriceList(tx);
}

/** Reads the version first: if something changes meanwhile, the list has an old version and is not used. */
async function readPriceList(db: Queryable): Promise<PriceList> {
  const [stored] = await readPriceVersion(db);
  const [rules, groups, shop] = await Promise.all([
    findRules(db),
    findModifierGroups(db),
    findShopSettings(db),
  ]);
  const stocked = groups.flatMap(({ modifiers }) =>
    modifiers.flatMap(({ code, productId }): [string, string][] =>
      productId === null ? [] : [[code, productId]],
    ),
  );
  return {
    ...rules,
    version: stored!.version,
    shop,
    groups: new Map(groups.map((group) => [group.id, group])),
    stockedModifiers: new Map(stocked),
    limitsCustomers: rules.discounts.some(dependsOnCustomer),
  };
}

/** Returns whether a discount depends on earlier orders of the customer, who must then be locked. */
export function dependsOnCustomer(discount: ShopRules['discounts'][number]): boolean {
  return discount.usesPerCustomerMax !== null || discount.firstOrderOnly;
}

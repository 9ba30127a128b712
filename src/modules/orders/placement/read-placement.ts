import type { Transaction } from '../../../database/database.ts';
import { isStaff } from '../../../shared/caller.ts';
import { type Customer, findCustomers, lockCustomers } from '../../accounts/index.ts';
import { findOffers, lockOffers, type OfferRow } from '../../inventory/index.ts';
import { findUsedKeysByHash, type UsedKey } from './keys.ts';
import type { OrderNumbers } from './numbers.ts';
import type { PlacementFacts } from './placement-checks.ts';
import { countPending, readPlacementTime } from './queries.ts';
import {
  isLineSource,
  type LineSource,
  type PlacementRequest,
  type PlacementRules,
  type RequestedLine,
  type SourcedLines,
} from './request.ts';

/** The lines of each source that a batch's requests name, by customer. */
export type SourceLines = ReadonlyMap<LineSource, ReadonlyMap<string, SourcedLines>>;

/** Everything needed to decide and write a batch, read under lock. */
export interface PlacementReads {
  readonly customers: ReadonlyMap<string, Customer>;
  readonly usedKeys: ReadonlyMap<string, UsedKey>;
  readonly sourceLines: SourceLines;
  readonly facts: PlacementFacts;
  readonly time: { readonly createdAt: Date; readonly expiresAt: Date };
  /** One for each request. */
  readonly numbers: readonly string[];
}

/**
 * Locks the customers who are limited, and the stock if `lockStock` is set, and reads everything else between the two.
 * The statements are sent together and run in the order written here, each with its own snapshot, so that orders are
 * counted under the lock. Carts bring the offers of their lines with them. Only a batch that locks the stock of carts
 * needs a second round trip, because their lines determine which stock it is.
 */
export async function readPlacement(
  tx: Transaction,
  rules: PlacementRules,
  orderNumbers: OrderNumbers,
  requests: readonly PlacementRequest[],
  lockStock: boolean,
): Promise<PlacementReads> {
  const sources = customersBySource(requests);
  const limited = listLimitedCustomers(rules, requests);
  const customers = readCustomers(tx, requests, limited);
  const usedKeys = findUsedKeysByHash(tx, requests);
  const pending = limited.length === 0 ? [] : countPending(tx, limited);
  const time = readPlacementTime(tx, rules.expiryMinutes);
  const numbers = orderNumbers.borrow(tx, requests.length);
  const sourceLines = readSources(tx, sources);
  const offers =
    lockStock && sources.size > 0
      ? sourceLines.then((lines) => readOffers(tx, requests, lines, lockStock))
      : readOffers(tx, requests, new Map(), lockStock);

  const read = await Promise.all([
    customers,
    usedKeys,
    pending,
    time,
    numbers,
    sourceLines,
    offers,
  ]);
  const [customerRows, used, pendingCounts, [now], orderNumbersTaken, lines, ownOffers] = read;
  // Locked rows were read last and are the ones that count.
  const offerRows = [...listSourceOffers(lines), ...ownOffers];
  return {
    customers: new Map(customerRows.map((customer) => [customer.id, customer])),
    usedKeys: used,
    sourceLines: lines,
    facts: buildFacts(offerRows, pendingCounts, rules),
    time: now!,
    numbers: orderNumbersTaken,
  };
}

/** Returns the customers whose lines are read from each source. */
export function customersBySource(
  requests: readonly PlacementRequest[],
): Map<LineSource, readonly string[]> {
  const customers = new Map<LineSource, string[]>();
  for (const { lines, customerId } of requests) {
    if (!isLineSource(lines)) continue;
    const known = customers.get(lines);
    if (known === undefined) customers.set(lines, [customerId]);
    else known.push(customerId);
  }
  return customers;
}

async function readSources(
  tx: Transaction,
  sources: ReadonlyMap<LineSource, readonly string[]>,
): Promise<SourceLines> {
  const entries = [...sources].map(
    async ([source, customerIds]) => [source, await source.read(tx, customerIds)] as const,
  );
  return new Map(await Promise.all(entries));
}

function listSourceOffers(sourceLines: SourceLines): OfferRow[] {
  return [...sourceLines.values()].flatMap((customers) =>
    [...customers.values()].flatMap(({ offers }) => offers),
  );
}

/** Returns the customers whose pending orders are counted. */
function listLimitedCustomers(
  rules: PlacementRules,
  requests: readonly PlacementRequest[],
): readonly string[] {
  const limited = rules.pendingMax === 0 ? [] : requests.filter(({ caller }) => !isStaff(caller));
  return distinctValues(limited.map(({ customerId }) => customerId));
}

/**
 * Locks customers whose orders are counted, or whose lines come from a source that they can change meanwhile. The
 * others are only read: otherwise two batches with orders of one customer would wait for each other's flush.
 */
async function readCustomers(
  tx: Transaction,
  requests: readonly PlacementRequest[],
  limited: readonly string[],
): Promise<Customer[]> {
  const withSource = requests.filter(({ lines }) => isLineSource(lines));
  const locked = new Set([...limited, ...withSource.map(({ customerId }) => customerId)]);
  const others = distinctValues(requests.map(({ customerId }) => customerId)).filter(
    (id) => !locked.has(id),
  );
  const read = await Promise.all([
    locked.size === 0 ? [] : lockCustomers(tx, [...locked]),
    others.length === 0 ? [] : findCustomers(tx, others),
  ]);
  return read.flat();
}

/** Reads the offers of all lines that are known. */
async function readOffers(
  tx: Transaction,
  requests: readonly PlacementRequest[],
  sourceLines: SourceLines,
  lockStock: boolean,
): Promise<OfferRow[]> {
  const productIds = new Set<string>();
  const skus = new Set<string>();
  for (const request of requests) {
    for (const { productId, sku } of getLines(request, sourceLines)) {
      if (productId !== undefined) productIds.add(productId);
      else if (sku !== undefined) skus.add(sku);
    }
  }
  if (productIds.size + skus.size === 0) return [];
  return (lockStock ? lockOffers : findOffers)(tx, [...productIds], [...skus]);
}

/** Returns the lines of a request, from the request itself or its source; empty if its source has none. */
export function getLines(
  { lines, customerId }: PlacementRequest,
  sourceLines: SourceLines,
): readonly RequestedLine[] {
  return isLineSource(lines) ? (sourceLines.get(lines)?.get(customerId)?.lines ?? []) : lines;
}

/** Builds the facts for a decision. */
export function buildFacts(
  offers: readonly OfferRow[],
  pendingCounts: readonly { customerId: string; count: number }[],
  { currency, pendingMax }: Pick<PlacementRules, 'currency' | 'pendingMax'>,
): PlacementFacts {
  const products = offers.map(({ productId: id, sku, name, priceMinor, active }) => ({
    id,
    sku,
    name,
    priceMinor,
    active,
  }));
  return {
    currency,
    productsById: new Map(products.map((product) => [product.id, product])),
    productsBySku: new Map(products.map((product) => [product.sku, product])),
    available: new Map(offers.map((offer) => [offer.productId, offer.onHand - offer.reserved])),
    pending: new Map(pendingCounts.map((row) => [row.customerId, row.count])),
    pendingMax,
  };
}

function distinctValues(values: readonly string[]): string[] {
  return [...new Set(values)];
}

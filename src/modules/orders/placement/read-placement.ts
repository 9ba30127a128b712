import type { Transaction } from '../../../database/database.ts';
import { isStaff } from '../../../shared/caller.ts';
import { type Customer, findCustomers, lockCustomers, lockGuests } from '../../accounts/index.ts';
import { findOffers, lockOffers, type OfferRow } from '../../inventory/index.ts';
import { distinctCodes } from '../../pricing/index.ts';
import { hasSlots } from '../../scheduling/index.ts';
import type { PendingCounts } from './buyer.ts';
import { type LimitedBuyers, listLimited, readPendingCounts } from './count-pending.ts';
import { findUsedKeysByHash, type UsedKey } from './keys.ts';
import type { OrderNumbers } from './numbers.ts';
import type { PlacementFacts, PlacementProduct } from './placement-facts.ts';
import {
  type PriceList,
  PricesChangedError,
  readLockedList,
  requireCurrent,
} from './price-list.ts';
import { readPlacementTime } from './queries.ts';
import { readDiscounts, readLockedDiscounts } from './read-discounts.ts';
import { readLockedSlots, readSlots, toKnownSlots } from './read-slots.ts';
import {
  fillTerms,
  isLineSource,
  type LineSource,
  type OrderTerms,
  type PlacementRequest,
  type PlacementRules,
  type RequestedLine,
  type RequestedModifier,
  type SourcedLines,
  toOrigin,
} from './request.ts';

/** The lines of each source that a batch's requests name, by customer. */
export type SourceLines = ReadonlyMap<LineSource, ReadonlyMap<string, SourcedLines>>;

/** Everything needed to decide and write a batch, read under lock. */
export interface PlacementReads {
  readonly customers: ReadonlyMap<string, Customer>;
  readonly usedKeys: ReadonlyMap<string, UsedKey>;
  readonly sourceLines: SourceLines;
  readonly facts: PlacementFacts;
  readonly createdAt: Date;
  /** One for each request. */
  readonly numbers: readonly string[];
}

/** How a batch is read. */
export interface ReadOptions {
  /** The list whose version the transaction proves. Null: it reads one itself. */
  readonly list: PriceList | null;
  /** Whether stock, slots and discounts are locked from the start. */
  readonly lockStock: boolean;
  /** Whether slots are, and discounts, which are locked before them. */
  readonly lockSlots: boolean;
  /** Whether slots are read as far ahead as the shop takes orders. */
  readonly allSlots: boolean;
}

/**
 * Locks the customers and guests who are limited, then what the options say, and reads everything else in between. The
 * statements are sent together and run in the order written here, each with its own snapshot, so that orders are counted
 * under the lock. Carts bring the offers of their lines with them. A second round trip is needed only for the
 * codes, slots and stocked modifiers of carts, for discounts with a limit by customer, and by a batch that locks the stock of
 * carts, because their lines determine which stock it is. Throws `PricesChangedError` if the price list is outdated.
 */
export async function readPlacement(
  tx: Transaction,
  rules: PlacementRules,
  orderNumbers: OrderNumbers,
  requests: readonly PlacementRequest[],
  { list: remembered, lockStock, lockSlots, allSlots }: ReadOptions,
): Promise<PlacementReads> {
  const list = remembered ?? (await readLockedList(tx));
  const locksSlots = lockSlots || lockStock;
  const sources = customersBySource(requests);
  const limited = listLimitedBuyers(rules, requests);
  const guestsLocked = lockGuests(tx, limited);
  const customers = readCustomers(
    tx,
    requests,
    listLockedCustomers(list, requests, limited.customerIds),
  );
  const usedKeys = findUsedKeysByHash(tx, requests);
  const pending = readPendingCounts(tx, limited);
  const time = readPlacementTime(tx);
  const numbers = orderNumbers.borrow(tx, requests.length);
  const sourceLines = readSources(tx, sources);
  // What carts name is known one round trip later.
  const withSources = <T>(read: (lines: SourceLines) => Promise<T>) =>
    sources.size === 0 ? read(noSourceLines) : sourceLines.then(read);
  const discounts = withSources((lines) =>
    (locksSlots ? readLockedDiscounts : readDiscounts)(tx, list, {
      codes: distinctCodes(requests.flatMap((one) => getTerms(one, lines).discountCodes)),
      customerIds: listCustomers(requests),
    }),
  );
  const slots = hasSlots(list.shop)
    ? withSources((lines) =>
        (locksSlots ? readLockedSlots : readSlots)(
          tx,
          list.shop,
          requests.map((one) => getTerms(one, lines)),
          allSlots,
        ),
      )
    : null;
  const offers = lockStock
    ? withSources((lines) => readOffers(tx, listWanted(requests, lines, list), lockStock))
    : readOffers(tx, listWanted(requests, noSourceLines, list), lockStock);
  const sourcedModifiers =
    lockStock || sources.size === 0
      ? []
      : sourceLines.then((lines) => readOffers(tx, listSourcedModifiers(lines, list), lockStock));

  const [
    customerRows,
    used,
    pendingCounts,
    [now],
    numbersTaken,
    lines,
    knownDiscounts,
    slotsRead,
    ownOffers,
    modifierOffers,
  ] = await Promise.all([
    customers,
    usedKeys,
    pending,
    time,
    numbers,
    sourceLines,
    discounts,
    slots,
    offers,
    sourcedModifiers,
    guestsLocked,
  ]);
  try {
    if (remembered !== null) requireCurrent(list, now!.priceVersion);
    requireKnownGroups(listSourceOffers(lines), list);
    requireKnownGroups(ownOffers, list);
  } catch (error) {
    orderNumbers.giveBack(numbersTaken);
    throw error;
  }
  // Locked rows were read last and are the ones that count.
  const offerRows = [...listSourceOffers(lines), ...modifierOffers, ...ownOffers];
  return {
    customers: new Map(customerRows.map((customer) => [customer.id, customer])),
    usedKeys: used,
    sourceLines: lines,
    facts: buildFacts(offerRows, pendingCounts, {
      ...rules,
      list,
      discounts: knownDiscounts,
      now: now!.createdAt,
      knownSlots: toKnownSlots(slotsRead, now!.createdAt),
    }),
    createdAt: now!.createdAt,
    numbers: numbersTaken,
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

/** Returns those whose pending orders are counted. */
function listLimitedBuyers(
  rules: PlacementRules,
  requests: readonly PlacementRequest[],
): LimitedBuyers {
  const limited = requests.filter(({ caller }) => !isStaff(caller));
  return listLimited(
    rules,
    limited.map(({ customerId, guest, network }) => ({
      customerId,
      guest: guest && toOrigin(guest),
      network,
    })),
  );
}

/** Returns the customers with an account: the others are new. */
function listCustomers(requests: readonly PlacementRequest[]): readonly string[] {
  return [
    ...new Set(requests.flatMap(({ customerId, guest }) => (guest === null ? customerId : []))),
  ];
}

/** Returns the customers whose earlier orders decide, or whose lines come from a source that they can change meanwhile. */
function listLockedCustomers(
  list: PriceList,
  requests: readonly PlacementRequest[],
  limited: readonly string[],
): ReadonlySet<string> {
  const needed = requests.filter(
    ({ lines, terms }) =>
      list.limitsCustomers || isLineSource(lines) || (terms.discountCodes ?? []).length > 0,
  );
  return new Set([...limited, ...listCustomers(needed)]);
}

/**
 * Locks some customers. The others are only read: otherwise two batches with orders of one customer would wait for each
 * other's flush.
 */
async function readCustomers(
  tx: Transaction,
  requests: readonly PlacementRequest[],
  locked: ReadonlySet<string>,
): Promise<Customer[]> {
  const others = listCustomers(requests).filter((id) => !locked.has(id));
  const read = await Promise.all([
    locked.size === 0 ? [] : lockCustomers(tx, [...locked]),
    others.length === 0 ? [] : findCustomers(tx, others),
  ]);
  return read.flat();
}

interface WantedProducts {
  readonly productIds: readonly string[];
  readonly skus: readonly string[];
}

/** Returns the products of all lines that are known, and those of their modifiers. */
function listWanted(
  requests: readonly PlacementRequest[],
  sourceLines: SourceLines,
  list: PriceList,
): WantedProducts {
  return listProducts(
    requests.flatMap((request) => getLines(request, sourceLines)),
    list,
  );
}

/** Returns the products of these lines, and those of their modifiers. */
export function listProducts(lines: readonly RequestedLine[], list: PriceList): WantedProducts {
  const productIds = new Set<string>();
  const skus = new Set<string>();
  for (const { productId, sku, modifiers } of lines) {
    if (productId !== undefined) productIds.add(productId);
    else if (sku !== undefined) skus.add(sku);
    for (const stocked of listStocked(modifiers, list)) productIds.add(stocked);
  }
  return { productIds: [...productIds], skus: [...skus] };
}

/** Returns the products of the modifiers of carts. */
function listSourcedModifiers(sourceLines: SourceLines, list: PriceList): WantedProducts {
  const lines = [...sourceLines.values()].flatMap((customers) =>
    [...customers.values()].flatMap((sourced) => sourced.lines),
  );
  return { productIds: listModifierProducts(lines, list), skus: [] };
}

/** Returns the products whose stock the modifiers of these lines reserve. */
export function listModifierProducts(lines: readonly RequestedLine[], list: PriceList): string[] {
  return [...new Set(lines.flatMap(({ modifiers }) => listStocked(modifiers, list)))];
}

function listStocked(
  modifiers: readonly RequestedModifier[],
  { stockedModifiers }: PriceList,
): string[] {
  return modifiers.flatMap(({ code }) => stockedModifiers.get(code) ?? []);
}

async function readOffers(
  tx: Transaction,
  { productIds, skus }: WantedProducts,
  lockStock: boolean,
): Promise<OfferRow[]> {
  if (productIds.length + skus.length === 0) return [];
  return (lockStock ? lockOffers : findOffers)(tx, productIds, skus);
}

const noSourceLines: SourceLines = new Map();

/** Returns what a request states besides its lines, and what its source has where it states nothing. */
export function getTerms(
  { lines, terms, customerId }: PlacementRequest,
  sourceLines: SourceLines,
): OrderTerms {
  const sourced = isLineSource(lines) ? sourceLines.get(lines)?.get(customerId)?.terms : undefined;
  return fillTerms(terms, sourced);
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
  pending: PendingCounts,
  given: Pick<
    PlacementFacts,
    | 'currency'
    | 'pendingMax'
    | 'networkPendingMax'
    | 'heldUnitsMax'
    | 'heldValueMaxMinor'
    | 'pricesIncludeTax'
    | 'list'
    | 'discounts'
    | 'knownSlots'
    | 'now'
  >,
): PlacementFacts {
  const products = offers.map(toProduct);
  return {
    currency: given.currency,
    pendingMax: given.pendingMax,
    networkPendingMax: given.networkPendingMax,
    heldUnitsMax: given.heldUnitsMax,
    heldValueMaxMinor: given.heldValueMaxMinor,
    pricesIncludeTax: given.pricesIncludeTax,
    list: given.list,
    discounts: given.discounts,
    knownSlots: given.knownSlots,
    now: given.now,
    productsById: new Map(products.map((product) => [product.id, product])),
    productsBySku: new Map(products.map((product) => [product.sku, product])),
    available: new Map(
      offers.map(({ productId, active, onHand, reserved }) => [
        productId,
        active ? onHand - reserved : 0,
      ]),
    ),
    pending,
  };
}

/** A product may name a group that was created after the list was read. Throws `PricesChangedError` then. */
export function requireKnownGroups(offers: readonly OfferRow[], { groups }: PriceList): void {
  for (const { modifierGroupIds } of offers) {
    if (!modifierGroupIds.every((id) => groups.has(id))) throw new PricesChangedError();
  }
}

function toProduct(offer: OfferRow): PlacementProduct {
  return {
    id: offer.productId,
    sku: offer.sku,
    name: offer.name,
    priceMinor: offer.priceMinor,
    active: offer.active,
    taxCategory: offer.taxCategory,
    category: offer.category,
    modifierGroupIds: offer.modifierGroupIds,
  };
}

import type { Transaction } from '../../../database/database.ts';
import { systemActor } from '../../../shared/caller.ts';
import { lockCustomers } from '../../accounts/index.ts';
import { findOffers, lockOffers } from '../../inventory/index.ts';
import { distinctCodes, toBillParts } from '../../pricing/index.ts';
import { lockSlots } from '../../scheduling/index.ts';
import { defaultFulfilment } from '../fulfilment/fulfilment.ts';
import { noLimits } from '../placement/buyer.ts';
import {
  decidePlacement,
  type PlacementCandidate,
  type PlacementDecision,
} from '../placement/decide-placement.ts';
import { readLockedList, requireCurrent } from '../placement/price-list.ts';
import { readPlacementTime } from '../placement/queries.ts';
import { readDiscounts, readLockedDiscounts } from '../placement/read-discounts.ts';
import {
  buildFacts,
  listProducts,
  type ReadOptions,
  requireKnownGroups,
} from '../placement/read-placement.ts';
import { toRefusal } from '../placement/refusals.ts';
import type { PlacementRules, RequestedLine } from '../placement/request.ts';
import { findLines, type LineRow } from '../reading/queries.ts';
import type { OrderChange } from '../writing/order-change.ts';
import { writeOrders } from '../writing/write-orders.ts';
import { findCustomersOfQueued, lockQueued, type QueuedRow } from './queries.ts';

/** The name of the job that places queued orders, also in the log. */
export const PLACE_QUEUED = 'orders.place-queued';

/** The number of orders by outcome. */
export interface PlacedQueued {
  readonly placed: number;
  readonly failed: number;
}

/** How queued orders are read. Their times were decided when they were accepted. */
export type QueuedReading = Omit<ReadOptions, 'lockSlots' | 'allSlots'>;

/**
 * Places a set of queued orders at current prices and stock, or fails them with the reason, by the same decision as any
 * placement. `orderIds` are in serving order. Orders that were cancelled meanwhile are skipped. With `lockStock` stock
 * and discounts are read under lock; otherwise the database may report later that they were taken (`isTakenMeanwhile`).
 */
export async function placeQueuedOrders(
  tx: Transaction,
  rules: PlacementRules,
  orderIds: readonly string[],
  { list: remembered, lockStock }: QueuedReading,
): Promise<PlacedQueued> {
  const list = remembered ?? (await readLockedList(tx));
  // Users are always locked before orders.
  const customers = await findCustomersOfQueued(tx, orderIds, list.limitsCustomers);
  const [lockedCustomers, locked, lineRows] = await Promise.all([
    customers.length === 0
      ? []
      : lockCustomers(
          tx,
          customers.map(({ customerId }) => customerId),
        ),
    lockQueued(tx, orderIds),
    findLines(tx, orderIds),
  ]);
  const lockedById = new Map(locked.map((order) => [order.id, order]));
  const orders = orderIds.flatMap((orderId) => lockedById.get(orderId) ?? []);
  const linesByOrder = Map.groupBy(lineRows, (line) => line.orderId);
  const getLines = (order: QueuedRow) => linesByOrder.get(order.id) ?? [];
  // Of the others nothing depends on earlier orders.
  const guestIds = new Set(lockedCustomers.flatMap(({ id, guest }) => (guest ? id : [])));
  const candidates = orders.map((order) =>
    buildCandidate(order, getLines(order), guestIds.has(order.customerId)),
  );
  const { productIds } = listProducts(
    candidates.flatMap(({ lines }) => lines),
    list,
  );
  // Orders that fail give their places back, which comes before the stock.
  const lockPlaces = lockStock && orders.some(({ promisedFor }) => promisedFor !== null);
  const [[now], discounts, , offers] = await Promise.all([
    readPlacementTime(tx),
    (lockStock ? readLockedDiscounts : readDiscounts)(tx, list, {
      codes: distinctCodes(candidates.flatMap(({ terms }) => terms.discountCodes)),
      customerIds: [...new Set(orders.map(({ customerId }) => customerId))],
    }),
    lockPlaces ? lockSlots(tx) : null,
    (lockStock ? lockOffers : findOffers)(tx, productIds, []),
  ]);
  if (remembered !== null) requireCurrent(list, now!.priceVersion);
  requireKnownGroups(offers, list);

  // The limit of pending orders was checked when they were accepted.
  const given = { ...rules, ...noLimits, list, discounts, knownSlots: null, now: now!.createdAt };
  const decisions = decidePlacement(candidates, buildFacts(offers, new Map(), given));
  const changes = orders.map((order, index) =>
    buildChange(rules, order, getLines(order), decisions[index]!),
  );
  await writeOrders(tx, changes);
  const placed = decisions.filter(({ kind }) => kind === 'accepted').length;
  return { placed, failed: decisions.length - placed };
}

function buildChange(
  rules: PlacementRules,
  order: QueuedRow,
  linesBefore: readonly LineRow[],
  decision: PlacementDecision,
): OrderChange {
  const by = { actor: systemActor, cause: { ...order.cause, job: PLACE_QUEUED } };
  if (decision.kind === 'accepted') {
    const { priced } = decision;
    const { lines, totalMinor } = priced;
    const placed = { lines, bill: toBillParts(priced), totalMinor };
    const expiryMinutes = order.byGuest ? rules.guestExpiryMinutes : rules.expiryMinutes;
    return { kind: 'placeQueued', order, linesBefore, ...placed, expiryMinutes, ...by };
  }
  const { expectedTotalMinor } = order;
  const requested = { lines: requestedLines(order, linesBefore), expectedTotalMinor };
  const { code, message, details } = toRefusal(decision, requested, order.currency);
  // What the customer is shown: the error's code and message.
  const failure = { code, detail: message };
  return { kind: 'failQueued', order, failure, extensions: details.extensions ?? {}, ...by };
}

function buildCandidate(
  order: QueuedRow,
  lines: readonly LineRow[],
  isGuest: boolean,
): PlacementCandidate {
  return {
    customerId: order.customerId,
    guest: isGuest ? { emailKey: null, network: null } : null,
    vip: order.vip,
    exempt: true,
    deferred: false,
    lines: requestedLines(order, lines),
    terms: {
      discountCodes: order.discountCodes ?? [],
      tipMinor: order.tipMinor,
      note: order.note,
      fulfilment: order.fulfilment,
    },
    expectedTotalMinor: order.expectedTotalMinor,
    override: false,
    // Its time was promised, and its place in a slot taken, when it was accepted.
    promise: {
      fulfilment: order.fulfilment ?? defaultFulfilment,
      promisedFor: order.promisedFor,
      slotStart: null,
    },
  };
}

/** Returns the lines as they were requested. Only prices that the client stated are binding. */
function requestedLines(order: QueuedRow, lines: readonly LineRow[]): RequestedLine[] {
  return lines.map(({ productId, quantity, modifiers, note }, index) => {
    const unitPriceMinor = order.expectedPricesMinor?.[index] ?? null;
    const chosen = { productId, quantity, modifiers, note };
    return { ...chosen, ...(unitPriceMinor === null ? {} : { unitPriceMinor }) };
  });
}

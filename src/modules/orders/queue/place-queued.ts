import type { Transaction } from '../../../database/database.ts';
import type { NewEvent } from '../../../events/index.ts';
import { findOffers, lockOffers } from '../../inventory/index.ts';
import { decidePlacement, type PlacementCandidate } from '../placement/decide-placement.ts';
import { placementTime } from '../placement/queries.ts';
import { placementFacts } from '../placement/read-placement.ts';
import { refusalOf } from '../placement/refusals.ts';
import type { PlacementRules, RequestedLine } from '../placement/request.ts';
import { findLines, type LineRow } from '../queries.ts';
import { lockQueued, type QueuedRow } from './queries.ts';
import {
  type AcceptedQueued,
  failedEvent,
  placedEvents,
  type RefusedQueued,
  writeQueued,
} from './write-queued.ts';

/** How many orders ended which way. */
export interface PlacedQueued {
  readonly placed: number;
  readonly failed: number;
}

/**
 * Places queued orders at the prices and the stock of this moment, or fails them with the reason, through the same
 * decision as any placement and set-wise; `orderIds` have the order in which they are served. Orders that were cancelled
 * meanwhile are left alone. The stock is looked at under lock when `lockStock` says so; otherwise a want of it may first
 * show as `inventory.insufficient_stock` thrown by the database.
 */
export async function placeQueuedOrders(
  tx: Transaction,
  rules: PlacementRules,
  orderIds: readonly string[],
  lockStock: boolean,
): Promise<PlacedQueued> {
  const [locked, lineRows] = await Promise.all([lockQueued(tx, orderIds), findLines(tx, orderIds)]);
  const lockedById = new Map(locked.map((order) => [order.id, order]));
  const orders = orderIds.flatMap((orderId) => lockedById.get(orderId) ?? []);
  const linesByOrder = Map.groupBy(lineRows, (line) => line.orderId);
  const linesOf = (order: QueuedRow) => linesByOrder.get(order.id) ?? [];
  const productIds = [...new Set(lineRows.map((line) => line.productId))];
  const [offers, [time]] = await Promise.all([
    (lockStock ? lockOffers : findOffers)(tx, productIds, []),
    placementTime(tx, rules.expiryMinutes),
  ]);

  // Who was let in was counted then, so the limit of pending orders is no matter here.
  const facts = placementFacts(offers, [], { currency: rules.currency, pendingMax: 0 });
  const decisions = decidePlacement(
    orders.map((order) => candidateOf(order, linesOf(order))),
    facts,
  );
  const accepted: AcceptedQueued[] = [];
  const refused: RefusedQueued[] = [];
  const events: NewEvent[] = [];
  orders.forEach((order, index) => {
    const decision = decisions[index]!;
    const before = linesOf(order);
    if (decision.kind === 'accepted') {
      accepted.push({ order, before, ...decision });
      events.push(...placedEvents(order, decision.totalMinor));
    } else {
      const { expectedTotalMinor } = order;
      const asked = { lines: requestedLines(order, before), expectedTotalMinor };
      const error = refusalOf(decision, asked, order.currency);
      refused.push({ order, error });
      events.push(failedEvent(order, error));
    }
  });
  const expiresAt = rules.expiryMinutes > 0 ? time!.expiresAt : null;
  await writeQueued(tx, { orderIds, accepted, refused, events, expiresAt });
  return { placed: accepted.length, failed: refused.length };
}

function candidateOf(order: QueuedRow, lines: readonly LineRow[]): PlacementCandidate {
  return {
    customerId: order.customerId,
    vip: order.vip,
    exempt: true,
    deferred: false,
    lines: requestedLines(order, lines),
    expectedTotalMinor: order.expectedTotalMinor,
  };
}

/** The lines as they were asked for: only the prices that the client stated bind. */
function requestedLines(order: QueuedRow, lines: readonly LineRow[]): RequestedLine[] {
  return lines.map(({ productId, quantity }, index) => {
    const unitPriceMinor = order.expectedPricesMinor?.[index] ?? null;
    return { productId, quantity, ...(unitPriceMinor === null ? {} : { unitPriceMinor }) };
  });
}

import type { Transaction } from '../../../database/database.ts';
import { systemActor } from '../../../shared/caller.ts';
import { findOffers, lockOffers } from '../../inventory/index.ts';
import {
  decidePlacement,
  type PlacementCandidate,
  type PlacementDecision,
} from '../placement/decide-placement.ts';
import { buildFacts } from '../placement/read-placement.ts';
import { toRefusal } from '../placement/refusals.ts';
import type { PlacementRules, RequestedLine } from '../placement/request.ts';
import { findLines, type LineRow } from '../reading/queries.ts';
import type { OrderChange } from '../writing/order-change.ts';
import { writeOrders } from '../writing/write-orders.ts';
import { lockQueued, type QueuedRow } from './queries.ts';

/** The name of the job that places queued orders, also in the log. */
export const PLACE_QUEUED = 'orders.place-queued';

/** The number of orders by outcome. */
export interface PlacedQueued {
  readonly placed: number;
  readonly failed: number;
}

/**
 * Places a set of queued orders at current prices and stock, or fails them with the reason, by the same decision as any
 * placement. `orderIds` are in serving order. Orders that were cancelled meanwhile are skipped. With `lockStock` the
 * stock is read under lock; otherwise the database may report a shortage later, as `inventory.insufficient_stock`.
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
  const getLines = (order: QueuedRow) => linesByOrder.get(order.id) ?? [];
  const productIds = [...new Set(lineRows.map((line) => line.productId))];
  const offers = await (lockStock ? lockOffers : findOffers)(tx, productIds, []);

  // The limit of pending orders was checked when they were accepted.
  const facts = buildFacts(offers, [], { currency: rules.currency, pendingMax: 0 });
  const decisions = decidePlacement(
    orders.map((order) => buildCandidate(order, getLines(order))),
    facts,
  );
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
    const { lines, totalMinor } = decision;
    const { expiryMinutes } = rules;
    return { kind: 'placeQueued', order, linesBefore, lines, totalMinor, expiryMinutes, ...by };
  }
  const { expectedTotalMinor } = order;
  const requested = { lines: requestedLines(order, linesBefore), expectedTotalMinor };
  const { code, message, details } = toRefusal(decision, requested, order.currency);
  // What the customer is shown: the error's code and message.
  const failure = { code, detail: message };
  return { kind: 'failQueued', order, failure, extensions: details.extensions ?? {}, ...by };
}

function buildCandidate(order: QueuedRow, lines: readonly LineRow[]): PlacementCandidate {
  return {
    customerId: order.customerId,
    vip: order.vip,
    exempt: true,
    deferred: false,
    lines: requestedLines(order, lines),
    expectedTotalMinor: order.expectedTotalMinor,
  };
}

/** Returns the lines as they were requested. Only prices that the client stated are binding. */
function requestedLines(order: QueuedRow, lines: readonly LineRow[]): RequestedLine[] {
  return lines.map(({ productId, quantity }, index) => {
    const unitPriceMinor = order.expectedPricesMinor?.[index] ?? null;
    return { productId, quantity, ...(unitPriceMinor === null ? {} : { unitPriceMinor }) };
  });
}

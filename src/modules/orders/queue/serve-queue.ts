import type { Database, Transaction } from '../../../database/database.ts';
import { isDatabaseUnavailable } from '../../../database/unavailable.ts';
import { finishJobsIn, type RunningJob } from '../../../jobs/index.ts';
import { type PriceLists, withPriceList } from '../placement/price-list.ts';
import { isTakenMeanwhile } from '../placement/refusals.ts';
import type { PlacementRules } from '../placement/request.ts';
import { servingOrder, VIPS_IN_A_ROW_MAX } from '../placement/serving-order.ts';
import { type PlacedQueued, placeQueuedOrders, type QueuedReading } from './place-queued.ts';
import { findQueued, findWaiting, lockQueue, quarantine } from './queries.ts';

/**
 * The orders of one round: whole groups of ten VIPs and one other. So a full round ends with a non-VIP, if any waits,
 * and the next round may begin with ten VIPs again: no state is needed between rounds.
 */
const ROUND_MAX = 18 * (VIPS_IN_A_ROW_MAX + 1);

/** What serves the queue in this process. */
export interface QueueServer {
  readonly database: Database;
  readonly rules: PlacementRules;
  readonly priceLists: PriceLists;
}

/** The job of one order. */
export interface QueuedJob {
  readonly orderId: string;
  readonly job: RunningJob;
}

export interface Round extends PlacedQueued {
  /** The jobs whose orders no longer wait. */
  readonly finished: ReadonlySet<QueuedJob>;
  /** The jobs whose orders failed alone, with the error. */
  readonly broken: ReadonlyMap<QueuedJob, unknown>;
}

/**
 * Places the next orders of the queue, not those of `jobs`, so that the queue's order holds across all workers,
 * whichever jobs the queue driver delivers first. The jobs of these orders are finished in the same transaction.
 *
 * Throws errors that no single order causes, such as an unavailable database. If the round fails otherwise, its orders
 * are placed one by one; an order that fails alone is quarantined, so that it does not block the others.
 */
export async function serveQueue(server: QueueServer, jobs: readonly QueuedJob[]): Promise<Round> {
  const { database } = server;
  let chosen: readonly string[] = [];
  let queued: ReadonlyMap<string, boolean> = new Map();
  const attempt = (options: QueuedReading) =>
    database.transaction(async (tx) => {
      const [, vips, others, rows] = await Promise.all([
        lockQueue(tx),
        findWaiting(tx, true, ROUND_MAX),
        findWaiting(tx, false, ROUND_MAX),
        findQueued(
          tx,
          jobs.map(({ orderId }) => orderId),
        ),
      ]);
      chosen = nextRound(listOrderIds(vips), listOrderIds(others));
      queued = new Map(rows.map((row) => [row.orderId, row.isQuarantined]));
      return place(tx, server.rules, chosen, jobs, options);
    });

  let placed: PlacedQueued = { placed: 0, failed: 0 };
  const broken = new Map<string, unknown>();
  try {
    placed = await retryWithLocks(server, attempt);
  } catch (error) {
    if (isDatabaseUnavailable(error) || chosen.length === 0) throw error;
    placed = await placeEach(server, chosen, jobs, broken);
  }
  const quarantined = jobs
    .map(({ orderId }) => orderId)
    .filter((orderId) => queued.get(orderId) === true);
  const late = await placeEach(server, quarantined, jobs, broken);

  const ended = new Set([...chosen, ...quarantined].filter((orderId) => !broken.has(orderId)));
  return {
    placed: placed.placed + late.placed,
    failed: placed.failed + late.failed,
    finished: new Set(jobs.filter(({ orderId }) => ended.has(orderId) || !queued.has(orderId))),
    broken: new Map(
      jobs
        .filter(({ orderId }) => broken.has(orderId))
        .map((queuedJob) => [queuedJob, broken.get(queuedJob.orderId)]),
    ),
  };
}

/** Returns the ids to serve next, in serving order. Both lists are in order of arrival. */
export function nextRound(vips: readonly string[], others: readonly string[]): string[] {
  const waiting = [
    ...vips.map((orderId) => ({ orderId, vip: true })),
    ...others.map((orderId) => ({ orderId, vip: false })),
  ];
  return servingOrder(waiting)
    .slice(0, ROUND_MAX)
    .map((index) => waiting[index]!.orderId);
}

/** Places each order in its own transaction. Adds the error of an order that fails to `broken`. */
async function placeEach(
  server: QueueServer,
  orderIds: readonly string[],
  jobs: readonly QueuedJob[],
  broken: Map<string, unknown>,
): Promise<PlacedQueued> {
  const { database, rules } = server;
  let placed = 0;
  let failed = 0;
  for (const orderId of orderIds) {
    try {
      const one = await retryWithLocks(server, (options) =>
        database.transaction((tx) => place(tx, rules, [orderId], jobs, options)),
      );
      placed += one.placed;
      failed += one.failed;
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      await quarantine(database, orderId);
      broken.set(orderId, error);
    }
  }
  return { placed, failed };
}

/**
 * Places orders and finishes their jobs. A job that another worker has taken over meanwhile is left to that worker, but
 * its order is still placed: each order is placed once because it must be QUEUED when it is locked.
 */
async function place(
  tx: Transaction,
  rules: PlacementRules,
  orderIds: readonly string[],
  jobs: readonly QueuedJob[],
  options: QueuedReading,
): Promise<PlacedQueued> {
  if (orderIds.length === 0) return { placed: 0, failed: 0 };
  const ending = new Set(orderIds);
  const finished = jobs.filter(({ orderId }) => ending.has(orderId)).map(({ job }) => job);
  const [placed] = await Promise.all([
    placeQueuedOrders(tx, rules, orderIds, options),
    ...(finished.length === 0 ? [] : [finishJobsIn(tx, finished)]),
  ]);
  return placed;
}

/**
 * Tries without locks on stock and discounts first, and with them if they were taken meanwhile (docs/decisions/0004).
 */
async function retryWithLocks<T>(
  { database, priceLists }: QueueServer,
  attempt: (options: QueuedReading) => Promise<T>,
): Promise<T> {
  const attemptWith = (lockStock: boolean) =>
    withPriceList(database, priceLists, (list) => attempt({ list, lockStock }));
  try {
    return await attemptWith(false);
  } catch (error) {
    if (!isTakenMeanwhile(error)) throw error;
    return attemptWith(true);
  }
}

function listOrderIds(rows: readonly { orderId: string }[]): string[] {
  return rows.map(({ orderId }) => orderId);
}

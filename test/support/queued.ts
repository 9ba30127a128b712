import assert from 'node:assert/strict';
import type { Database } from '../../src/database/database.ts';
import type { LoggedEvent } from '../../src/events/index.ts';
import type { JobDefinition, NewJob, RunningJob } from '../../src/jobs/index.ts';
import { finishJobsIn } from '../../src/jobs/index.ts';
import { claimJobs, insertJobs } from '../../src/jobs/queries.ts';
import { noLimits } from '../../src/modules/orders/placement/buyer.ts';
import { createPriceLists } from '../../src/modules/orders/placement/price-list.ts';
import {
  createQueuedPlacement,
  planQueuedPlacement,
} from '../../src/modules/orders/queue/queued-placement.ts';
import { newId } from '../../src/shared/ids.ts';
import type { Session } from './session.ts';

/** Queues an order of one unit for a worker and returns its id. */
export async function queueOrder(
  session: Session,
  sku: string,
  discountCodes: readonly string[] = [],
): Promise<string> {
  const body = { items: [{ sku, quantity: 1 }], discountCodes };
  const reply = await session.post('/api/orders', body, { prefer: 'respond-async' });
  assert.equal(reply.status, 202, reply.text);
  return reply.json<{ id: string }>().id;
}

/**
 * The locks that block a round of queued orders at the order it is about to place: before its first change, with
 * everything written but the stock, or with everything but that and the uses of its discounts.
 */
export const stopPlacement = [
  'select from orders where id = $1::uuid for update',
  `select
     from stock
     join order_lines on order_lines.product_id = stock.product_id
    where order_lines.order_id = $1::uuid
      for update of stock`,
  `select
     from discounts
    where code = (select discount_codes[1] from queued_orders where order_id = $1::uuid)
      for update`,
] as const;

/** The worker's part of placing queued orders, for tests that choose the time and the jobs. */
export interface QueuedWorker {
  /** Runs these jobs concurrently, as a runner would. Rejects with the first failure. */
  run(jobs: readonly RunningJob[]): Promise<void>;
  readonly definition: JobDefinition;
  placed: number;
  failed: number;
}

export function startQueuedWorker(database: Database): QueuedWorker {
  const definition = createQueuedPlacement({
    database,
    rules: {
      currency: 'GBP',
      expiryMinutes: 30,
      guestExpiryMinutes: 15,
      pricesIncludeTax: true,
      ...noLimits,
    },
    priceLists: createPriceLists(),
    attemptsMax: 8,
    retryDelayMs: () => 1_000,
    onPlaced: (count) => {
      worker.placed += count;
    },
    onFailed: (count) => {
      worker.failed += count;
    },
  });
  const worker: QueuedWorker = {
    definition,
    placed: 0,
    failed: 0,
    async run(jobs) {
      const settled = await Promise.allSettled(jobs.map((job) => definition.run(job)));
      for (const one of settled) if (one.status === 'rejected') throw one.reason;
    },
  };
  return worker;
}

/** Writes the jobs that the relay would create for orders that are queued and have no job. */
export async function planJobs(database: Database): Promise<readonly NewJob[]> {
  const events = await database.run<LoggedEvent>(
    'test.queued_events',
    `select position, id, type, order_id as "orderId", data::text as "dataText"
       from events
      where type = 'order.queued'
        and exists (select from queued_orders where queued_orders.order_id = events.order_id)
        and not exists (select from jobs where jobs.event_id = events.id)
      order by position`,
    [],
  );
  return database.transaction(async (tx) => {
    const planned = await planQueuedPlacement(tx, events);
    const rows = planned.map(({ eventId, priority, ...job }) => ({
      ...job,
      lane: priority,
      queue: 'orders',
      event_id: eventId,
      delay_ms: 0,
      lease_ms: null,
    }));
    await insertJobs(tx, JSON.stringify(rows), newId());
    return planned;
  });
}

/** Claims jobs as a runner does, under one lease. */
export async function takeJobs(
  database: Database,
  planned: readonly NewJob[],
): Promise<RunningJob[]> {
  const leaseToken = newId();
  const rows = await claimJobs(
    database,
    planned.map(({ id }) => id),
    leaseToken,
    // Longer than a busy machine needs for all of them.
    JSON.stringify({ 'orders.place-queued': 600_000 }),
  );
  return rows.map((row) => ({
    ...row,
    attempt: row.attempts,
    isLastAttempt: false,
    signal: new AbortController().signal,
    cause: { requestId: null, traceId: null, job: row.name },
    leaseToken,
    async finish(tx) {
      await finishJobsIn(tx, [{ id: row.id, leaseToken }]);
    },
  }));
}

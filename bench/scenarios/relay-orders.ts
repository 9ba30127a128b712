import pg from 'pg';
import { pause } from '../../src/shared/pause.ts';
import { logInAdmin } from '../support/environment.ts';
import { requireInvariants } from '../support/invariants.ts';
import { runLoad } from '../support/load.ts';
import { costOfOne } from '../support/processor-time.ts';
import { buildPlacements, openShop } from '../support/shop.ts';
import type { Measurement, ScenarioInput } from './scenario.ts';
import { below, JOB_P99_MS_MAX } from './targets.ts';

const NAME = 'bench_orders_to_jobs';
const ORDERS_PER_SECOND = 1_000;
const DONE_WITHIN_MS = 120_000;

/**
 * Measures the product itself at a steady rate of orders, each of which causes a mail: from the event to the end of the
 * mail's job. It uses its own database, in which no mails of other scenarios are pending.
 */
export async function measureOrdersToJobs(
  { environment, durationSeconds, connections }: ScenarioInput,
  scenario: string,
): Promise<Measurement> {
  await using stack = new AsyncDisposableStack();
  const databaseUrl = await environment.createDatabase(NAME);
  stack.defer(() => environment.dropDatabase(NAME));
  const server = await environment.startServerOn(databaseUrl);
  stack.defer(() => server.stop());
  const { url } = server;
  const shop = await openShop({ url, databaseUrl }, { products: 10_000, customers: connections });
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  stack.defer(() => client.end());

  const before = await environment.processorTime(server);
  const result = await runLoad({
    url,
    connections,
    durationSeconds,
    perSecond: ORDERS_PER_SECOND,
    requests: buildPlacements(shop, { hot: false }),
  });
  const done = await allDone(client);
  const after = await environment.processorTime(server);
  await requireInvariants(url, await logInAdmin(url));
  const placed = Math.round(result.succeeded / result.durationSeconds).toLocaleString('en');
  return {
    scenario,
    what: `from an order's event to the end of its mail's job, at ${placed} orders a second`,
    perSecond: done.jobs / result.durationSeconds,
    p50Ms: done.p50Ms,
    p99Ms: done.p99Ms,
    reference: null,
    cost: costOfOne(before, after, result.succeeded),
    failures: result.failed + done.left,
    target: below(done.p99Ms, JOB_P99_MS_MAX, 'ms p99'),
  };
}

interface Done {
  readonly jobs: number;
  /** Jobs that are not finished. */
  readonly left: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Waits until all jobs of placed orders are done, or the time is up, and returns their delays. */
async function allDone(client: pg.Client): Promise<Done> {
  const endsAt = performance.now() + DONE_WITHIN_MS;
  for (;;) {
    const { rows } = await client.query<Done & { events: number }>(DELAYS);
    const { events, ...done } = rows[0]!;
    if ((done.left === 0 && done.jobs === events) || performance.now() > endsAt) return done;
    await pause(500);
  }
}

/**
 * An event carries the start time of its transaction, a mail that of the transaction that recorded it and finished its
 * job, both by the database's clock.
 */
const DELAYS = `
  with placed as (
    select order_id, sequence, at from events where type = 'order.placed'),
  delays as (
    select extract(epoch from sent_at - at)::double precision * 1000 as ms
      from placed
      join mail_messages using (order_id, sequence))
  select (select count(*) from placed)::int as events,
         count(*)::int as jobs,
         (select count(*) from jobs)::int as left,
         coalesce(round(percentile_cont(0.5) within group (order by ms))::int, 0) as "p50Ms",
         coalesce(round(percentile_cont(0.99) within group (order by ms))::int, 0) as "p99Ms"
    from delays`;

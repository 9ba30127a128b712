import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createDatabase } from '../../src/database/database.ts';
import { migrate } from '../../src/database/migrate.ts';
import { createSealKeys, sealLogs } from '../../src/seals/index.ts';
import { getRate, runCosted } from '../support/load.ts';
import { print } from '../support/print.ts';
import { type CostMicros, costOfOne } from '../support/processor-time.ts';
import { untilSettled } from '../support/settled.ts';
import { buildPlacements } from '../support/shop.ts';
import type { VerificationCost } from '../support/verify-process.ts';
import {
  type Measurement,
  type Scenario,
  type ScenarioInput,
  withoutRequests,
} from './scenario.ts';
import { atMost, below, SEALING_SHARE_MAX, VERIFICATION_MB_MAX } from './targets.ts';

const NAME = 'seals';
const verifyProcess = fileURLToPath(new URL('../support/verify-process.ts', import.meta.url));
/** Events of orders that were just placed, which are copied. */
const EVENTS_MAX = 1_000;
const COPIES = 1_000;

/**
 * Sealing a million events of placed orders, compared with placing such an order, which writes one of them, and verifying
 * them afterwards.
 */
export const seals: Scenario = {
  name: NAME,
  says: 'a million events of placed orders sealed, next to placing them, and verified',
  async run(input) {
    const { environment, shop, durationSeconds, connections } = input;
    const place = (seconds: number) =>
      runCosted(environment, environment.server, {
        connections,
        durationSeconds: seconds,
        requests: buildPlacements(shop, { hot: false }),
      });
    await place(Math.min(3, durationSeconds));
    const placed = await place(durationSeconds);
    await untilSettled(environment.databaseUrl);
    const sealed = await sealCopies(input);
    const cost = costOfOne(sealed.before, sealed.after, sealed.rows);
    const share = sum(cost) / sum(placed.cost);
    return [
      {
        ...withoutRequests,
        scenario: NAME,
        what: `${sealed.rows.toLocaleString('en')} events of placed orders, sealed`,
        perSecond: sealed.rows / sealed.seconds,
        reference: {
          what: `orders of one line, at ${sum(placed.cost).toFixed(0)} µs (${placed.by})`,
          perSecond: getRate(placed),
        },
        cost,
        failures: placed.failed,
        target: atMost(share, SEALING_SHARE_MAX, '× the processor time of an order'),
      } satisfies Measurement,
      describeVerification(sealed),
    ];
  },
};

interface Sealed {
  readonly rows: number;
  readonly seconds: number;
  readonly before: CostMicros | null;
  readonly after: CostMicros | null;
  readonly verification: VerificationCost;
  /** Of PostgreSQL, for a row that is verified. */
  readonly verificationCost: CostMicros | null;
}

/** Copies events into a database of their own and seals them in this process, which then does nothing else. */
async function sealCopies({ environment }: ScenarioInput): Promise<Sealed> {
  const url = await environment.createDatabase(NAME);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => environment.dropDatabase(NAME));
  const database = stack.adopt(createDatabase({ url, poolMax: 2, constraints: {} }), (it) =>
    it.close(),
  );
  await migrate(database);
  await copyEvents(environment.databaseUrl, url);
  const keyText = randomBytes(32).toString('base64');
  const keys = createSealKeys([keyText]);
  const { signal } = new AbortController();
  const measure = () => environment.processorTime({ pid: process.pid });
  const before = await measure();
  const startedAt = performance.now();
  const { rows } = await sealLogs({ database, keys }, signal);
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await measure();
  const verification = await verifyIn(url, keyText);
  const verificationCost = costOfOne(after, await measure(), verification.rows);
  return { rows: rows.events, seconds, before, after, verification, verificationCost };
}

async function verifyIn(url: string, keyText: string): Promise<VerificationCost> {
  const child = fork(verifyProcess, [url, keyText]);
  const [cost] = (await once(child, 'message')) as [VerificationCost];
  if (!cost.whole) throw new Error('the log that was sealed is not whole');
  return cost;
}

function describeVerification({ verification, verificationCost }: Sealed): Measurement {
  const { rows, seconds, processorMicros, peakMb } = verification;
  return {
    ...withoutRequests,
    scenario: NAME,
    what: `${rows.toLocaleString('en')} events verified in ${seconds.toFixed(1)} s, with at most ${peakMb} MB of memory`,
    perSecond: rows / seconds,
    cost: verificationCost && { ...verificationCost, server: processorMicros / rows },
    target: below(peakMb, VERIFICATION_MB_MAX, 'MB'),
  };
}

async function copyEvents(from: string, to: string): Promise<void> {
  const [source, target] = [from, to].map((url) => new pg.Client({ connectionString: url }));
  await using stack = new AsyncDisposableStack();
  for (const client of [source!, target!]) {
    await client.connect();
    stack.defer(() => client.end());
  }
  const { rows } = await source!.query(
    `select type, sequence, to_status, actor_type, actor_id, actor_role, request_id, trace_id, idempotency_key, cause, data
       from events
      where type = 'order.placed'
      order by position desc
      limit $1::int`,
    [EVENTS_MAX],
  );
  print(
    `  ${rows.length.toLocaleString('en')} events, copied ${COPIES.toLocaleString('en')} times`,
  );
  await target!.query(
    `insert into events (id, order_id, type, sequence, to_status, actor_type, actor_id, actor_role, request_id, trace_id,
                         idempotency_key, cause, data)
     select gen_random_uuid(), gen_random_uuid(), type, sequence, to_status, actor_type, actor_id, actor_role, request_id,
            trace_id, idempotency_key, cause, data
       from generate_series(1, $2::int),
            jsonb_to_recordset($1::jsonb) as placed (type text, sequence int, to_status text, actor_type text, actor_id uuid,
              actor_role text, request_id uuid, trace_id uuid, idempotency_key uuid, cause jsonb, data jsonb)`,
    [JSON.stringify(rows), COPIES],
  );
  // The state in which autovacuum leaves a log that has grown for a while.
  await target!.query('vacuum analyze events');
  await target!.query('checkpoint');
}

function sum(cost: CostMicros | null): number {
  return cost === null ? Number.NaN : cost.server + cost.database;
}

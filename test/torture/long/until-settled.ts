import type { Database } from '../../../src/database/database.ts';
import { pause } from '../../../src/shared/pause.ts';
import { drain } from '../verify-work.ts';

/** The waits between attempts at the provider and at its webhooks double, and a stretch may end after several. */
const TIMEOUT_MS = 900_000;
const POLL_MS = 500;

/**
 * Waits until nothing is left to be done: no order that waits for its payment, no money under way, no webhook of the
 * provider, no job, no event.
 */
export async function untilSettled(database: Database, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    await drain(database, signal);
    const [left] = await database.run<Record<string, number>>('torture.unsettled', UNSETTLED, []);
    if (Object.values(left!).every((count) => count === 0)) return;
    if (performance.now() > deadline) throw new Error(`not settled: ${JSON.stringify(left)}`);
    await pause(POLL_MS, { signal });
    signal.throwIfAborted();
  }
}

const UNSETTLED = `
  select (select count(*)::int from orders where status in ('QUEUED', 'PENDING') and expires_at is not null) as orders,
         (select count(*)::int from payments where next_attempt_at is not null) as payments,
         (select count(*)::int from payment_refunds where status = 'PENDING') as refunds,
         (select count(*)::int from provider_events where next_attempt_at is not null) as events,
         (select count(*)::int from sandbox.deliveries where next_attempt_at is not null) as deliveries,
         (select count(*)::int from sandbox.refunds where settles_at > now()) as settling,
         (select count(*)::int from jobs where state <> 'dead') as jobs,
         (select count(*)::int
            from events
           where position > (select position from log_readers where name = 'relay')) as relayed`;

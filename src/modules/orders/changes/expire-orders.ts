import type { Database } from '../../../database/database.ts';
import { isDatabaseUnavailable } from '../../../database/unavailable.ts';
import { fixedReasons } from '../../../events/index.ts';
import { systemActor } from '../../../shared/caller.ts';
import { lockExpired } from '../reading/queries.ts';
import { writeOrders } from '../writing/write-orders.ts';

const BATCH_SIZE = 200;

/** Expires overdue unpaid orders until none is left or the signal aborts. */
export async function expireOrders(database: Database, signal: AbortSignal): Promise<void> {
  for (let more = true; more && !signal.aborted; ) {
    more = (await expireDueOrders(database)).more;
  }
}

/**
 * Cancels a batch of overdue unpaid orders and releases their stock, in one transaction. Safe on several servers at
 * once: each takes only rows that no other has locked. Returns how many expired, and whether more may be due. If a
 * batch fails, its orders are expired one by one, oldest first, so that one whose stock was tampered with does not
 * block the others; its error is thrown once the others are done.
 */
export async function expireDueOrders(
  database: Database,
): Promise<{ count: number; more: boolean }> {
  try {
    const count = await expireBatch(database, BATCH_SIZE, 0);
    return { count, more: count === BATCH_SIZE };
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw error;
    const count = await expireOneByOne(database);
    if (count === 0) throw error;
    return { count, more: true };
  }
}

/** Skips orders that fail. */
async function expireOneByOne(database: Database): Promise<number> {
  let count = 0;
  for (let passed = 0; count + passed < BATCH_SIZE; ) {
    const expired = await expireBatch(database, 1, passed).catch(() => null);
    if (expired === 0) break;
    if (expired === null) passed += 1;
    else count += expired;
  }
  return count;
}

function expireBatch(database: Database, limit: number, offset: number): Promise<number> {
  return database.transaction(async (tx) => {
    const due = await lockExpired(tx, limit, offset);
    if (due.length === 0) return 0;
    await writeOrders(
      tx,
      due.map((order) => ({
        kind: 'cancel',
        order,
        cancelReason: order.paymentStatus === 'FAILED' ? 'PAYMENT_FAILED' : 'EXPIRED',
        reason: fixedReasons.notPaidInTime,
        actor: systemActor,
        cause: { requestId: null, traceId: null, job: 'orders.expire' },
      })),
    );
    return due.length;
  });
}

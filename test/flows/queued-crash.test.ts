import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { runCommand } from '../support/command.ts';
import { testDatabase } from '../support/database.ts';
import { lockRows, waitUntilBlocked } from '../support/locked-rows.ts';
import { addDiscount, findUses } from '../support/pricing.ts';
import { queueOrder, stopPlacement } from '../support/queued.ts';
import { startTestServer } from '../support/server.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';
import { createSession } from '../support/session.ts';
import { addProduct, addUser, findStock } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';
import { until } from '../support/until.ts';

/** A server that accepts orders in this process, and two worker processes that are killed while they place them. */
const ROUNDS = stopPlacement.length;
const ORDERS = 200;
/** Units for the orders of each round, or uses of their code in the last: fewer than ordered, so some fail. */
const STOCK = 130;

const db = await testDatabase();
const JWT_SECRET = randomBytes(48).toString('base64url');
const api = await startTestServer(db, {
  environment: { JWT_SECRET, ROLE: 'api', PENDING_ORDERS_MAX: '0' },
});
const mint = createTokenIssuer(JWT_SECRET);
const workers: ServerProcess[] = [];
after(() => endAll('SIGKILL'));

async function endAll(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  await Promise.all(workers.splice(0).map((worker) => worker.end(signal)));
}

async function startWorkers(): Promise<void> {
  const environment = { ROLE: 'worker', DATABASE_URL: db.url, JWT_SECRET };
  await Promise.all(
    [1, 2].map(async () => workers.push(await startServerProcess({ environment }))),
  );
}

/** Kills the workers while one of them waits, in the middle of a round, for a row locked here. */
async function killInTheMiddle(stop: string, orderId: string): Promise<void> {
  const held = await lockRows(db.database, stop, [orderId]);
  try {
    await startWorkers();
    await waitUntilBlocked(db.database);
    await endAll('SIGKILL');
  } finally {
    await held.release();
  }
}

test(`every order is placed or fails exactly once although the workers are killed, in ${ROUNDS} rounds`, async () => {
  const customers = await Promise.all(
    [true, false, false].map(async (vip) => {
      const customer = await addUser(db.database, { vip });
      const identity = {
        email: '',
        password: '',
        accessToken: mint(customer),
        userId: customer.id,
      };
      return createSession(api.url, identity);
    }),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    const isOfCode = round === ROUNDS - 1;
    const onHand = isOfCode ? 2 * ORDERS : STOCK;
    const product = await addProduct(db.database, { onHand });
    const discountId = await addDiscount(db.database, { code: `CODE-${round}`, uses_max: STOCK });
    const codes = isOfCode ? [`CODE-${round}`] : [];
    const queued = await Promise.all(
      Array.from({ length: ORDERS }, (_, index) =>
        queueOrder(customers[index % customers.length]!, product.sku, codes),
      ),
    );
    await killInTheMiddle(stopPlacement[round]!, queued[0]!);
    // What the killed workers had leased or been sent would come back within a minute anyway, which is long.
    await db.database.run(
      'test.end_leases',
      `update jobs
          set leased_until = leased_until - interval '1 minute',
              due_at = due_at - interval '1 minute',
              sent_at = sent_at - interval '1 minute'
        where state in ('waiting', 'running')`,
      [],
    );

    await startWorkers();
    // The last order of the queue: when it is served, all before it were.
    const last = await queueOrder(customers[1]!, product.sku, codes);
    await until(async () => {
      const [order] = await db.database.run<{ status: string }>(
        'test.status_of',
        'select status from orders where id = $1::uuid',
        [last],
      );
      assert.notEqual(order!.status, 'QUEUED');
      // A killed worker may have served an order without settling its job, which another one then does.
      const left = await db.database.run(
        'test.unsettled_jobs',
        `select id from jobs where name = 'orders.place-queued' and state in ('waiting', 'running')`,
        [],
      );
      assert.deepEqual(left, []);
    });
    await endAll('SIGTERM');

    const rows = await db.database.run<{ types: string; count: number }>(
      'test.ends',
      `select types, count(*)::int as count
         from (select events.order_id, string_agg(type, ' ' order by sequence) as types
                 from events
                 join order_lines on order_lines.order_id = events.order_id
                where order_lines.product_id = $1::uuid
                group by events.order_id) as histories
        group by types
        order by types`,
      [product.id],
    );
    assert.deepEqual(rows, [
      { types: 'order.queued order.failed', count: ORDERS + 1 - STOCK },
      { types: 'order.queued order.placed', count: STOCK },
    ]);
    assert.deepEqual(await findStock(db.database, product.id), { onHand, reserved: STOCK });
    const uses = isOfCode ? STOCK : 0;
    assert.deepEqual(await findUses(db.database, discountId), { counted: uses, orders: uses });
  }
  await api.stop();
  const check = await runCommand(['check'], { environment: { DATABASE_URL: db.url } });
  assert.equal(check.code, 0, check.stdout + check.stderr);
});

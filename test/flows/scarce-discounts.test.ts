import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { expireDueOrders } from '../../src/modules/orders/changes/expire-orders.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import {
  doAllUnderKills,
  type KilledServer,
  persist,
  startKilledServer,
} from '../support/killed-servers.ts';
import { addDiscount, findUses } from '../support/pricing.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { createTokenIssuer } from '../support/tokens.ts';

/**
 * A code for the first orders, wanted by five times as many customers at once, while servers are killed and everyone
 * repeats what got no response. `CUSTOMERS=500 KILLS=5` is a code of 100 uses, with five kills of each run.
 */
const CUSTOMERS = Number(process.env.CUSTOMERS ?? 100);
const USES = CUSTOMERS / 5;
/** Kills of each run, spread over the first half of its orders. */
const KILLS = Number(process.env.KILLS ?? 1);
/** Orders that give their use back. */
const RETURNED = Math.floor(USES / 2);

const db = await testDatabase();
const JWT_SECRET = randomBytes(48).toString('base64url');
const environment = { DATABASE_URL: db.url, JWT_SECRET, DEMO_DATA: 'false' };
const mint = createTokenIssuer(JWT_SECRET);
const { sku } = await addProduct(db.database, { priceMinor: 1_000, onHand: 1_000_000 });

const servers = await Promise.all([startKilledServer(environment), startKilledServer(environment)]);

interface Buyer {
  readonly sessions: readonly Session[];
  readonly key: string;
}

async function addBuyer(running: readonly KilledServer[]): Promise<Buyer> {
  const user = await addUser(db.database);
  const identity = { email: '', password: '', accessToken: mint(user), userId: user.id };
  return { sessions: running.map(({ url }) => createSession(url, identity)), key: newId() };
}

/** Places the order of a buyer under their key, and repeats it until a server answers. */
function buy({ sessions, key }: Buyer, code: string, first: number): Promise<Reply> {
  const body = { items: [{ sku, quantity: 1 }], discountCodes: [code] };
  const send = (session: Session) => session.post('/api/orders', body, { 'idempotency-key': key });
  return persist(
    sessions.map((session) => () => send(session)),
    first,
  );
}

function assertRefused(reply: Reply, code: string): void {
  assert.equal(reply.status, 409, reply.text);
  const { code: problem, discounts } = reply.json();
  assert.equal(problem, 'discounts.not_applicable');
  assert.deepEqual(discounts, [{ code, reason: 'used_up' }]);
}

function assertDiscounted(reply: Reply): void {
  const { total } = reply.json<{ total: { amount: number } }>();
  assert.equal(total.amount, 900);
}

describe('a code for the first orders', () => {
  for (const count of [1, 2]) {
    const killed = count === 1 ? 'a server that is killed' : 'two servers that are killed';
    test(`of ${CUSTOMERS} customers at once, at ${killed}, ${USES} use it; what they give back is used again`, async () => {
      const running = servers.slice(0, count);
      const code = `FIRST-${count}`;
      const discountId = await addDiscount(db.database, { code, uses_max: USES });
      const buyers = await Promise.all(Array.from({ length: CUSTOMERS }, () => addBuyer(running)));

      const replies = await doAllUnderKills(running, KILLS, buyers, (buyer, index) =>
        buy(buyer, code, index),
      );
      const placed = replies.filter(({ status }) => status === 201);
      assert.equal(placed.length, USES);
      for (const reply of placed) assertDiscounted(reply);
      const refused = replies.filter(({ status }) => status !== 201);
      for (const reply of refused) assertRefused(reply, code);
      assert.deepEqual(await findUses(db.database, discountId), { counted: USES, orders: USES });

      // Every repeat has the response of its key, and uses nothing.
      const repeats = await Promise.all(buyers.map((buyer, index) => buy(buyer, code, index + 1)));
      for (const [index, reply] of repeats.entries()) {
        if (replies[index]!.status !== 201) assertRefused(reply, code);
        else assert.equal(reply.text, replies[index]!.text);
      }
      assert.deepEqual(await findUses(db.database, discountId), { counted: USES, orders: USES });

      await cancelAndExpire(
        buyers.filter((_, index) => replies[index]!.status === 201),
        placed,
      );
      const left = USES - RETURNED;
      assert.deepEqual(await findUses(db.database, discountId), { counted: left, orders: left });

      const others = buyers.filter((_, index) => replies[index]!.status !== 201);
      const later = await Promise.all(others.map((buyer, index) => buy(buyer, code, index)));
      assert.equal(later.filter(({ status }) => status === 201).length, RETURNED);
      for (const reply of later) if (reply.status !== 201) assertRefused(reply, code);
      assert.deepEqual(await findUses(db.database, discountId), { counted: USES, orders: USES });
    });
  }
});

/** Cancels and expires the same orders at once: each ends once, one way or the other. */
async function cancelAndExpire(buyers: readonly Buyer[], placed: readonly Reply[]): Promise<void> {
  const orderIds = placed.slice(0, RETURNED).map((reply) => reply.json<{ id: string }>().id);
  await db.database.run(
    'test.pass_deadlines',
    `update orders
        set expires_at = now() - interval '1 second'
      where id = any($1::uuid[])`,
    [orderIds],
  );
  const cancellations = orderIds.flatMap((orderId, index) =>
    buyers[index]!.sessions.map((session) => session.post(`/api/orders/${orderId}/cancel`, {})),
  );
  const [replies] = await Promise.all([
    Promise.all(cancellations),
    expireDueOrders(db.database),
    expireDueOrders(db.database),
  ]);
  for (const reply of replies) {
    assert.ok(reply.status === 200 || reply.status === 409, reply.text);
  }
  const [ended] = await db.database.run<{ orders: number; events: number }>(
    'test.cancelled',
    `select (select count(*)::int from orders where id = any($1::uuid[]) and status = 'CANCELLED') as orders,
            (select count(*)::int
               from events
              where order_id = any($1::uuid[])
                and type = 'order.cancelled') as events`,
    [orderIds],
  );
  assert.deepEqual(ended, { orders: RETURNED, events: RETURNED });
}

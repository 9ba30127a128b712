import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { startServerPair } from '../support/server-pair.ts';
import type { Reply } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { until } from '../support/until.ts';

/**
 * Orders stream in at two servers while the shop's settings are changed at one of them. What applies to an order that is
 * sent after the reply to a change is the change. `STREAMS=50 ORDERS=200` is 50 customers at each server, and 200 orders
 * of each server after every change.
 */
const STREAMS = Number(process.env.STREAMS ?? 4);
const ORDERS = Number(process.env.ORDERS ?? 10);
const MINUTE_MS = 60_000;

const db = await testDatabase();
const { servers, signIn } = await startServerPair(db);
const { sku } = await addProduct(db.database, { onHand: 1_000_000 });

const admins = await signIn('admin');

interface Attempt {
  readonly server: number;
  readonly sentAt: number;
  readonly reply: Reply;
}

/** The answered orders of all streams, in the order of their replies. */
const attempts: Attempt[] = [];
let streaming = true;
const streams = servers.flatMap((_, server) =>
  Array.from({ length: STREAMS }, async () => {
    const session = (await signIn('customer'))[server]!;
    while (streaming) {
      const sentAt = performance.now();
      const body = { items: [{ sku, quantity: 1 }] };
      const reply = await session.post('/api/orders', body, { 'idempotency-key': newId() });
      attempts.push({ server, sentAt, reply });
    }
  }),
);

interface PlacedOrder {
  readonly id: string;
  readonly createdAt: string;
  readonly fulfilment: { readonly promisedFor: string };
}

const isPlaced = ({ reply }: Attempt) => reply.status === 201;
const toOrder = ({ reply }: Attempt) => reply.json<PlacedOrder>();

/** Changes the shop at a server, and returns what is sent from then on. */
async function change(server: number, body: object): Promise<Attempt[]> {
  const reply = await admins[server]!.patch('/api/shop', body);
  const changedAt = performance.now();
  assert.equal(reply.status, 200, reply.text);
  const listSince = () => attempts.filter(({ sentAt }) => sentAt >= changedAt);
  await until(async () => {
    const since = listSince();
    for (const place of servers.keys()) {
      assert.ok(since.filter((attempt) => attempt.server === place).length >= ORDERS);
    }
  });
  return listSince();
}

function assertAllPlaced(sent: readonly Attempt[]): void {
  for (const { reply } of sent) assert.equal(reply.status, 201, reply.text);
}

function assertAllRefused(sent: readonly Attempt[], problem: object): void {
  for (const { reply } of sent) {
    assert.equal(reply.status, 409, reply.text);
    assert.partialDeepStrictEqual(reply.json(), problem);
  }
}

/** Returns the minutes between an order and its promised time. */
function leadOf(attempt: Attempt): number {
  const { createdAt, fulfilment } = toOrder(attempt);
  return (Date.parse(fulfilment.promisedFor) - Date.parse(createdAt)) / MINUTE_MS;
}

describe('while orders stream in at two servers', () => {
  for (const [one, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    test(`a pause at server ${one + 1} refuses every order that is sent after it, until it is ended at server ${other + 1}`, async () => {
      assertAllPlaced(await change(one, { acceptingOrders: true }));
      const refusal = { code: 'orders.shop_paused', until: null };
      assertAllRefused(await change(one, { acceptingOrders: false }), refusal);
      assertAllPlaced(await change(other, { acceptingOrders: true }));
    });
  }

  test('a pause with an end is over at both servers then, and not before', async () => {
    const pausedUntil = new Date(Date.now() + 3_000).toISOString();
    const sent = await change(0, { acceptingOrders: false, pausedUntil });
    assertAllRefused(
      sent.filter((attempt) => !isPlaced(attempt)),
      { code: 'orders.shop_paused', until: pausedUntil },
    );
    const known = attempts.length;
    await until(async () => {
      const places = attempts.slice(known).filter(isPlaced);
      assert.equal(new Set(places.map(({ server }) => server)).size, servers.length);
    });
    const orders = [...sent, ...attempts.slice(known)].filter(isPlaced).map(toOrder);
    for (const { createdAt } of orders) assert.ok(createdAt >= pausedUntil, createdAt);
  });

  test('a lead time applies to every order that is sent after it', async () => {
    const sent = await change(0, { acceptingOrders: true, leadMinutes: 25 });
    assertAllPlaced(sent);
    assert.deepEqual([...new Set(sent.map(leadOf))], [25]);
    const later = await change(1, { leadMinutes: 0 });
    assertAllPlaced(later);
    assert.deepEqual([...new Set(later.map(leadOf))], [0]);
  });

  test('opening hours apply to every order that is sent after them', async () => {
    const refusal = { code: 'orders.shop_closed', opensAt: null };
    assertAllRefused(await change(1, { openingHours: {} }), refusal);
    assertAllPlaced(await change(0, { openingHours: null }));
  });

  test('slots with a maximum apply to every order that is sent after them', async () => {
    const sent = await change(0, { slotMinutes: 5, slotOrdersMax: 3 });
    const taken = sent.filter(isPlaced).map((attempt) => toOrder(attempt).fulfilment.promisedFor);
    assert.ok(taken.length > 0);
    for (const [slot, orders] of Map.groupBy(taken, (start) => start)) {
      assert.equal(Date.parse(slot) % (5 * MINUTE_MS), 0);
      assert.ok(orders.length <= 3, `${orders.length} orders at ${slot}`);
    }
    assertAllPlaced(await change(1, { slotMinutes: 0 }));
  });

  test('no acknowledged order is lost, and no other is placed', async () => {
    streaming = false;
    await Promise.all(streams);
    const rows = await db.database.run<{ id: string }>('test.orders', 'select id from orders', []);
    const placed = attempts.filter(isPlaced).map((attempt) => toOrder(attempt).id);
    assert.deepEqual(rows.map(({ id }) => id).sort(), placed.sort());
    const others = attempts.filter((attempt) => !isPlaced(attempt));
    assert.deepEqual([...new Set(others.map(({ reply }) => reply.status))], [409]);
  });
});

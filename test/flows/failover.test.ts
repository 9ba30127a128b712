import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { follow } from '../support/event-reader.ts';
import { type Member, startPostgresPair } from '../support/replication/pair.ts';
import { startPairedShop } from '../support/replication/paired-shop.ts';
import type { Reply } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';
import { query, until } from '../support/until.ts';
import { drain } from '../torture/verify-work.ts';

/**
 * Two servers of the product on two of PostgreSQL, whose commits wait for the standby. The tests follow one another: each
 * leaves the pair as the next one needs it.
 */
const pair = await startPostgresPair();
const [one, two] = pair.members;
await pair.makeSynchronous(one, two);
const shop = await startPairedShop({ pair, primary: one, servers: 2 });
after(async () => {
  await shop.stop();
  await pair.stop();
});
const { url } = shop.servers[0]!;
const { signal } = new AbortController();

/** Required of the product, from the loss of the primary on. */
const WRITES_BACK_MS = 45_000;
/** The limit of a COMMIT is 10 s; a busy machine may take thirty times as long for the rest as an idle one. */
const REFUSED_WITHIN_MS = 60_000;

function requireAway({ status, headers, text }: Reply): void {
  assert.equal(status, 503, text);
  assert.ok(Number(headers.get('retry-after')) > 0);
}

/** Resolves when the work that follows from all events is done. */
async function requireEverythingDone(member: Member): Promise<void> {
  await drain(shop.open(member), signal);
}

const key = (value: string) => ({ 'idempotency-key': value });

test('when the primary is killed and its standby promoted, nothing acknowledged is lost, and writes are back', async (t) => {
  const staff = await shop.signInAs('admin', one);
  const stream = await follow(url, staff, '/api/stream');
  const load = await shop.startLoad({ clients: 12, seed: 7 });
  await load.untilAcknowledged(100);
  const lostAt = performance.now();
  await one.node.kill();
  await two.node.promote();
  const promotedAt = performance.now();
  const backAt = await load.untilAcknowledged(1);
  t.diagnostic(
    `promoted after ${Math.round(promotedAt - lostAt)} ms, writes back after ${Math.round(backAt - lostAt)} ms`,
  );
  assert.ok(backAt - lostAt < WRITES_BACK_MS);
  await load.untilAcknowledged(100);
  await load.stop();
  assert.deepEqual(await shop.findLosses(two), []);
  // The stream that was opened before goes on, with an event of the last order.
  const [newest] = await shop
    .open(two)
    .run<{ id: string }>('test.newest', 'select id from events order by position desc limit 1', []);
  await stream.until(({ events }) => events.some(({ data }) => data.id === newest!.id));
  await pair.follow(one, two);
  await pair.makeSynchronous(two, one);
});

test('health names the primary, its timeline and how far the standby is', async () => {
  await until(async () => {
    const reply = await fetch(`${url}/health/ready`);
    assert.equal(reply.status, 200);
    const { status, checks, database } = (await reply.json()) as HealthReport;
    assert.equal(status, 'ok');
    assert.deepEqual(checks.standby, { status: 'ok' });
    assert.deepEqual(database.primary, { host: new URL(two.proxy.url).host, timeline: 2 });
    assert.equal(database.waitsForStandby, true);
    const [former] = database.hosts;
    assert.equal(former?.state, 'standby');
    assert.equal(former?.timeline, 2);
    assert.equal(typeof former?.lagBytes, 'number');
    // The role of the product may not see them.
    assert.equal(database.standbys, null);
  });
  await two.node.run('grant pg_read_all_stats to holdfast_app');
  await until(async () => {
    const { database } = (await (await fetch(`${url}/health/ready`)).json()) as HealthReport;
    assert.equal(database.standbys?.[0]?.name, 'one');
    assert.equal(database.standbys?.[0]?.syncState, 'sync');
  });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /^database_timeline 2$/m);
  assert.match(metrics, /^database_hosts\{state="standby"\} 1$/m);
  assert.match(metrics, /^database_standby_lag_bytes \d+$/m);
});

interface HealthReport {
  readonly status: string;
  readonly checks: Readonly<Record<string, { status: string }>>;
  readonly database: {
    readonly primary: { host: string; timeline: number } | null;
    readonly hosts: readonly { state: string; timeline: number | null; lagBytes: number | null }[];
    readonly waitsForStandby: boolean;
    readonly standbys: readonly { name: string; syncState: string }[] | null;
  };
}

test('if the answer of a COMMIT is lost, the client hears that it is unknown, and a repeat that it is done', async () => {
  const customer = await shop.signInAs('customer', two);
  const { sku } = await addProduct(shop.open(two), { sku: 'LOST-ANSWER', onHand: 100 });
  const order = { items: [{ sku, quantity: 1 }] };
  let unknown = 0;
  let placed = 0;
  while (unknown === 0) {
    placed += 1;
    const lost = two.proxy.loseCommitAnswer();
    const reply = await customer.post('/api/orders', order, key(`lost-${placed}`));
    await lost;
    // The lost COMMIT may have been one of work in the background.
    if (reply.status === 201) continue;
    requireAway(reply);
    unknown += 1;
  }
  const repeated = await customer.post('/api/orders', order, key(`lost-${placed}`));
  assert.equal(repeated.status, 201, repeated.text);
  const [stock] = await query(
    pair.directUrl(two),
    `select reserved::int from stock join products on id = product_id where sku = 'LOST-ANSWER'`,
  );
  assert.equal(stock?.reserved, placed);
});

test('while the standby is gone, pages are shown and nothing is acknowledged, until an operator decides', async () => {
  const customer = await shop.signInAs('customer', two);
  const { sku } = await addProduct(shop.open(two), { sku: 'NO-STANDBY', onHand: 100 });
  const order = { items: [{ sku, quantity: 1 }] };
  await one.node.kill();
  const startedAt = performance.now();
  for (let tries = 1; tries <= 2; tries += 1) {
    // A connection that was idle for long may have been closed meanwhile.
    requireAway(await until(() => customer.post('/api/orders', order, key('degraded'))));
    assert.ok(performance.now() - startedAt < tries * REFUSED_WITHIN_MS);
  }
  // A read may come at a moment at which every connection waits for the standby.
  for (const path of ['/api/products', '/api/orders']) {
    await until(async () => assert.equal((await customer.get(path)).status, 200));
  }
  await two.node.set('synchronous_standby_names', '');
  await until(async () => {
    const reply = await customer.post('/api/orders', order, key('degraded'));
    assert.equal(reply.status, 201, reply.text);
  });
  const { data } = (await customer.get('/api/orders')).json<{ data: unknown[] }>();
  assert.equal(data.length, 1);
  const health = (await (await fetch(`${url}/health/ready`)).json()) as HealthReport;
  assert.equal(health.status, 'degraded');
  await one.node.start();
  await pair.makeSynchronous(two, one);
});

test('a primary that is cut off, and returns alive after a promotion, gets nothing more', async (t) => {
  const load = await shop.startLoad({ clients: 12, seed: 11, primary: two });
  await load.untilAcknowledged(60);
  const lostAt = performance.now();
  two.proxy.cut();
  await one.node.promote();
  const backAt = await load.untilAcknowledged(1);
  t.diagnostic(`writes back after ${Math.round(backAt - lostAt)} ms`);
  assert.ok(backAt - lostAt < WRITES_BACK_MS);
  // Alone, it would acknowledge at once, and anyone may reach it again.
  await two.node.set('synchronous_standby_names', '');
  const countEvents = async () =>
    (await query(two.node.ownerUrl(), 'select count(*)::int as events from events'))[0]?.events;
  const before = await countEvents();
  two.proxy.restore();
  await until(async () => {
    const { database } = (await (await fetch(`${url}/health/ready`)).json()) as HealthReport;
    assert.deepEqual(
      database.hosts.map(({ state }) => state),
      ['primary', 'primary'],
    );
  });
  await load.untilAcknowledged(200);
  await load.stop();
  assert.equal(await countEvents(), before);
  assert.deepEqual(await shop.findLosses(one), []);
  await requireEverythingDone(one);
  await pair.follow(two, one);
  await pair.makeSynchronous(one, two);
});

test('a primary that freezes is left when its standby is promoted, and nothing acknowledged is lost', async (t) => {
  const load = await shop.startLoad({ clients: 12, seed: 13, primary: one });
  await load.untilAcknowledged(60);
  const thaw = await one.node.freeze();
  try {
    const lostAt = performance.now();
    await two.node.promote();
    const backAt = await load.untilAcknowledged(1);
    t.diagnostic(`writes back after ${Math.round(backAt - lostAt)} ms`);
    assert.ok(backAt - lostAt < WRITES_BACK_MS);
  } finally {
    thaw();
  }
  await load.untilAcknowledged(60);
  await load.stop();
  assert.deepEqual(await shop.findLosses(two), []);
  await pair.follow(one, two);
  await pair.makeSynchronous(two, one);
});

test('while both are away every request is told to come back, and then it goes on by itself', async () => {
  const customer = await shop.signInAs('customer', two);
  const { sku } = await addProduct(shop.open(two), { sku: 'NOBODY', onHand: 100 });
  const place = () => customer.post('/api/orders', { items: [{ sku, quantity: 1 }] }, key('away'));
  for (const { proxy } of pair.members) proxy.cut();
  requireAway(await place());
  assert.equal((await fetch(`${url}/health/ready`)).status, 503);
  assert.equal((await fetch(`${url}/health/live`)).status, 200);
  for (const { proxy } of pair.members) proxy.restore();
  await until(async () => assert.equal((await place()).status, 201));
});

import pLimit from 'p-limit';
import pg from 'pg';
import { pause } from '../../src/shared/pause.ts';
import { bytesOfOne, readDiskUse } from '../support/disk-use.ts';
import { type Environment, logInAdmin } from '../support/environment.ts';
import { print } from '../support/print.ts';
import type { BenchServer } from '../support/server.ts';
import { untilSettled } from '../support/settled.ts';
import { openShop, placeOrders, type Shop } from '../support/shop.ts';
import {
  type Measurement,
  type Scenario,
  type ScenarioInput,
  withoutRequests,
} from './scenario.ts';
import { below, DISK_BYTES_MAX } from './targets.ts';

/** Enough that the first pages of tables and indexes do not count. */
const ORDERS = 2_000;
const AT_ONCE = 32;
const PURGED_WITHIN_MS = 60_000;
const POLL_MS = 100;
const ATTEMPTS_MAX = 20;

/**
 * What an order of one line leaves on disk a day after it is done: rows, indexes, history. As many orders come first,
 * and then a vacuum, because later orders use the space of their earlier states again.
 */
export const disk: Scenario = {
  name: 'disk',
  says: 'bytes on disk for each order of one line, a day later',
  run: async (input) => [
    await measure(input, 'completed', completeOrders),
    await measure(input, 'placed', async (server, shop) => {
      await placeOrders(server.url, shop, ORDERS);
    }),
  ],
};

async function measure(
  { environment, connections }: ScenarioInput,
  which: 'completed' | 'placed',
  placeAll: (server: BenchServer, shop: Shop) => Promise<void>,
): Promise<Measurement> {
  const name = `disk_${which}`;
  const databaseUrl = await environment.createDatabase(name);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => environment.dropDatabase(name));
  const server = await environment.startServerOn(databaseUrl);
  stack.defer(() => server.stop());
  const shop = await openShop(
    { url: server.url, databaseUrl },
    { products: 1_000, customers: connections },
  );
  const client = stack.adopt(new pg.Client({ connectionString: databaseUrl }), (it) => it.end());
  await client.connect();
  print(`  ${ORDERS.toLocaleString('en')} orders, ${which}, after as many others`);
  await placeAll(server, shop);
  await untilSettled(databaseUrl);
  await client.query('vacuum');
  const before = await readDiskUse(client);
  await placeAll(server, shop);
  await untilSettled(databaseUrl);
  await server.stop();
  await passOneDay(environment, databaseUrl, client);
  const tables = bytesOfOne(before, await readDiskUse(client), ORDERS);
  for (const { table, heap, indexes } of tables) {
    print(`    ${table}: ${heap.toFixed(0)} + ${indexes.toFixed(0)} bytes`);
  }
  const isOurs = ({ table }: { table: string }) => !table.startsWith('sandbox.');
  const ours = tables.filter(isOurs);
  const sandbox = sum(tables.filter((table) => !isOurs(table)));
  const bytes = sum(ours);
  const parts = ours.map(
    ({ table, heap, indexes }) => `${table} ${heap.toFixed(0)} + ${indexes.toFixed(0)}`,
  );
  return {
    ...withoutRequests,
    scenario: disk.name,
    what:
      `an order of one line, ${which}, a day later: ${bytes.toFixed(0)} bytes, heap + indexes: ${parts.join(', ')}` +
      (sandbox > 0 ? `; and ${sandbox.toFixed(0)} of the sandbox, outside production only` : ''),
    target: below(bytes, DISK_BYTES_MAX, 'bytes'),
  };
}

/** Takes each order through its life: cart, payment at the sandbox, kitchen, completed. */
async function completeOrders(server: BenchServer, shop: Shop): Promise<void> {
  const staff = await logInAdmin(server.url);
  const atOnce = pLimit(AT_ONCE);
  await Promise.all(
    shop.tokens.map(async (token, customer) => {
      const count = Math.ceil((ORDERS - customer) / shop.tokens.length);
      for (let index = 0; index < count; index += 1) {
        const sku = shop.skus[(customer * 97 + index * 13) % shop.skus.length]!;
        await atOnce(() => completeOrder(server.url, { customer: token, staff }, sku));
      }
    }),
  );
}

async function completeOrder(
  url: string,
  tokens: { readonly customer: string; readonly staff: string },
  sku: string,
): Promise<void> {
  const customer = (method: string, path: string, body?: object) =>
    send(url, tokens.customer, method, path, body);
  await customer('PUT', `/api/cart/items/${sku}`, { quantity: 1 });
  const { id } = await customer('POST', '/api/cart/checkout', {});
  const { checkoutUrl } = await customer('POST', '/api/payments/initiate', { orderId: id });
  const session = new URL(String(checkoutUrl)).pathname.split('/').at(-1);
  await customer('POST', `/sandbox/sessions/${session}/actions`, { action: 'pay' });
  while ((await customer('GET', `/api/orders/${id}`)).status !== 'CONFIRMED') await pause(POLL_MS);
  for (const status of ['PREPARING', 'READY', 'COMPLETED']) {
    await send(url, tokens.staff, 'PATCH', `/api/orders/${id}/status`, { status });
  }
}

/**
 * Each change has its own Idempotency-Key, as clients of the product send. With it, a request that a busy machine left
 * unanswered is repeated.
 */
async function send(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const request: RequestInit = {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  for (let attempt = 1; ; attempt += 1) {
    const reply = await fetch(`${url}${path}`, request);
    if (reply.ok) return (await reply.json()) as Record<string, unknown>;
    if (reply.status !== 503 || attempt === ATTEMPTS_MAX)
      throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
    await pause(POLL_MS);
  }
}

/**
 * Lets a day pass: keys expire, deliveries grow old, and a server's own schedules remove them. Then
 * vacuums. A table that is empty by then is written anew, since the next day's rows use the space again.
 */
async function passOneDay(
  environment: Environment,
  databaseUrl: string,
  client: pg.Client,
): Promise<void> {
  for (const table of ['idempotency_keys', 'order_responses']) {
    await client.query(
      `update ${table} set expires_at = expires_at - interval '1 day' where expires_at <> 'infinity'`,
    );
  }
  await client.query(`update schedules set started_at = '-infinity' where name like '%purge%'`);
  const server = await environment.startServerOn(databaseUrl);
  try {
    const deadline = performance.now() + PURGED_WITHIN_MS;
    while (await isAnythingExpired(client)) {
      if (performance.now() > deadline) throw new Error('what has expired was not purged in time');
      await pause(POLL_MS);
    }
  } finally {
    await server.stop();
  }
  await client.query('vacuum analyze');
  for (const table of (await readDiskUse(client)).keys()) {
    const { rows } = await client.query(`select from ${table} limit 1`);
    if (rows.length === 0) await client.query(`vacuum full ${table}`);
  }
}

async function isAnythingExpired(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ left: boolean }>(
    `select exists (select from idempotency_keys where expires_at <= now())
         or exists (select from order_responses where expires_at <= now()) as left`,
  );
  return rows[0]!.left;
}

function sum(tables: readonly { readonly heap: number; readonly indexes: number }[]): number {
  return tables.reduce((total, { heap, indexes }) => total + heap + indexes, 0);
}

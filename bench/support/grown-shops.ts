import pg from 'pg';
import { type Environment, logInAdmin } from './environment.ts';
import { listRequests } from './list-requests.ts';
import type { LoadRequest } from './load-job.ts';
import { print } from './print.ts';
import { FIRST_NUMBER, ORDERS_OF_A_CUSTOMER, seedOrders } from './seed-orders.ts';
import type { BenchServer } from './server.ts';
import { buildPlacements, openShop, placeOrders, type Shop } from './shop.ts';

const TEMPLATE = 'growth';
/**
 * The customers whose details are read, half of each one's orders; as many in a large shop as in a small one, and few
 * enough for the cache.
 */
const CUSTOMERS_OF_DETAILS = 500;
/**
 * So few that each is in more orders than fit on a page, even in the smallest shop, so that all replies are equally
 * long.
 */
const PRODUCTS = 500;
/** The kitchen's open orders, independent of how much the shop has sold. */
const OPEN = 60;

/** A shop with a number of orders, and a server on it. */
export interface GrownShop {
  readonly orders: number;
  readonly databaseUrl: string;
  readonly server: BenchServer;
  readonly adminToken: string;
  readonly reads: Readonly<Record<string, readonly LoadRequest[]>>;
  readonly placements: readonly LoadRequest[];
}

/** Seeds one history, copies it at each size, and serves all copies side by side. */
export async function openGrownShops(
  environment: Environment,
  stack: AsyncDisposableStack,
  { sizes, customers }: { readonly sizes: readonly number[]; readonly customers: number },
): Promise<GrownShop[]> {
  const template = await environment.createDatabase(TEMPLATE);
  stack.defer(() => environment.dropDatabase(TEMPLATE));
  const first = await environment.startServerOn(template);
  const shop = await openShop(
    { url: first.url, databaseUrl: template },
    { products: PRODUCTS, customers },
  ).finally(() => first.stop());

  const shops: GrownShop[] = [];
  let seeded = 0;
  for (const orders of sizes) {
    await seedOrders(template, {
      from: seeded,
      upTo: orders,
      ordersMax: sizes.at(-1)!,
      onProgress: (count) => {
        if (count % 100_000 === 0) print(`  ${count.toLocaleString('en')} orders seeded`);
      },
    });
    seeded = orders;
    const name = `${TEMPLATE}_${orders}`;
    const url = await environment.createDatabase(name, TEMPLATE);
    stack.defer(() => environment.dropDatabase(name));
    const server = await environment.startServerOn(url);
    stack.defer(() => server.stop());
    const adminToken = await logInAdmin(server.url);
    await fillKitchen(server.url, shop, adminToken);
    shops.push({
      orders,
      databaseUrl: url,
      server,
      adminToken,
      reads: {
        ...(await listRequests(server.url, shop, adminToken, FIRST_NUMBER)),
        'order detail': await details(url, orders, adminToken),
      },
      placements: buildPlacements(shop, { hot: false }),
    });
  }
  return shops;
}

/** Places new orders, which staff starts to prepare unpaid. */
async function fillKitchen(url: string, shop: Shop, adminToken: string): Promise<void> {
  for (const { id } of await placeOrders(url, shop, OPEN)) {
    const reply = await fetch(`${url}/api/orders/${id}/status`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ status: 'PREPARING', override: true, reason: 'Paid at the counter' }),
    });
    if (!reply.ok) throw new Error(`an order's status was not changed: ${await reply.text()}`);
  }
}

/** Builds requests for details from the whole history, in which a customer's orders are consecutive. */
async function details(url: string, orders: number, token: string): Promise<LoadRequest[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `select id
         from orders
        where source = 'import'
          and number::bigint % 2 = 0
          and (number::bigint - $1::bigint) / $2::int % $3::int = 0`,
      [
        FIRST_NUMBER,
        ORDERS_OF_A_CUSTOMER,
        Math.floor(orders / ORDERS_OF_A_CUSTOMER / CUSTOMERS_OF_DETAILS),
      ],
    );
    const headers = { authorization: `Bearer ${token}` };
    return rows.map(({ id }) => ({ method: 'GET', path: `/api/orders/${id}`, headers }));
  } finally {
    await client.end();
  }
}

import pLimit from 'p-limit';
import pg from 'pg';
import type { LoadRequest } from './load-job.ts';

export interface Shop {
  /** Access tokens of customers. */
  readonly tokens: readonly string[];
  readonly skus: readonly string[];
}

/** Creates products with practically unlimited stock, directly in the tables, and customers, who sign up over HTTP. */
export async function openShop(
  environment: { readonly url: string; readonly databaseUrl: string },
  wanted: { readonly products: number; readonly customers: number },
): Promise<Shop> {
  const client = new pg.Client({ connectionString: environment.databaseUrl });
  await client.connect();
  try {
    await client.query(
      `with made as (
         insert into products (id, sku, name, price_minor, currency)
         select overlay(overlay(gen_random_uuid()::text placing '7' from 15) placing '8' from 20)::uuid,
                'BENCH-' || number, 'Bench product ' || number, 295, 'GBP'
           from generate_series(1, $1::int) as number
         returning id),
       stocked as (
         insert into stock (product_id, on_hand)
         select id, 1000000000 from made
         returning product_id)
       insert into stock_movements (id, product_id, kind, delta, reason, on_hand, reserved, actor_type)
       select gen_random_uuid(), id, 'initial', 1000000000, 'Opening stock', 1000000000, 0, 'system'
         from made`,
      [wanted.products],
    );
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
  const skus = Array.from({ length: wanted.products }, (_, index) => `BENCH-${index + 1}`);
  // The server hashes a bounded number of passwords at once.
  const atOnce = pLimit(8);
  const tokens = await Promise.all(
    Array.from({ length: wanted.customers }, (_, index) =>
      atOnce(() => signUp(environment.url, index)),
    ),
  );
  return { tokens, skus };
}

/** Builds placements of one line, one per product, or all for the first product if `hot`; each with its own key. */
export function buildPlacements(shop: Shop, { hot }: { readonly hot: boolean }): LoadRequest[] {
  return shop.skus.map((sku, index) => ({
    method: 'POST',
    path: '/api/orders',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${shop.tokens[index % shop.tokens.length]}`,
      'idempotency-key': '[<id>]',
    },
    body: JSON.stringify({ items: [{ sku: hot ? shop.skus[0] : sku, quantity: 1 }] }),
  }));
}

/** The products whose orders have a bill with more than lines. */
const BILLED_PRODUCTS = 1_000;

/** Creates products with a modifier group and a tax of their own, and a discount code, directly in the tables. Can be repeated. */
export async function setUpBill(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query(`select from products where sku = 'BILL-1'`);
    if (rows.length > 0) return;
    await client.query(`
      with created_group as (
        insert into modifier_groups (id, name, min, max, currency)
        values (uuidv7(), 'Extras', 0, 3, 'GBP')
        returning id),
      created_modifiers as (
        insert into modifiers (code, group_id, place, name, price_minor)
        select 'BENCH-EXTRA-' || place, id, place, 'Extra ' || place, 50 * place
          from created_group, generate_series(1, 3) as place
        returning group_id),
      created_rate as (
        insert into tax_rates (id, name, percent, tax_category, active)
        values (uuidv7(), 'VAT', 20, 'bench', true)),
      created_discount as (
        insert into discounts (id, code, name, kind, percent, currency, scope, first_order_only, combines, active)
        values (uuidv7(), 'BENCH10', '10 % off', 'PERCENT', 10, 'GBP', 'ORDER', false, false, true)),
      created_products as (
        insert into products (id, sku, name, price_minor, currency, tax_category)
        select uuidv7(), 'BILL-' || number, 'Billed product ' || number, 295, 'GBP', 'bench'
          from generate_series(1, ${BILLED_PRODUCTS}) as number
        returning id),
      stocked as (
        insert into stock (product_id, on_hand)
        select id, 1000000000 from created_products)
      insert into stock_movements (id, product_id, kind, delta, reason, on_hand, reserved, actor_type)
      select uuidv7(), id, 'initial', 1000000000, 'Opening stock', 1000000000, 0, 'system'
        from created_products`);
    // A separate statement: the group must be visible to the trigger that checks it.
    await client.query(`
      update products
         set modifier_group_ids = array(select id from modifier_groups where name = 'Extras')
       where sku like 'BILL-%'`);
    await client.query('vacuum analyze');
  } finally {
    await client.end();
  }
}

/** Builds placements of one line with two modifiers and a discount code, for the products of `setUpBill`. */
export function buildBilledPlacements({ tokens }: Shop): LoadRequest[] {
  return Array.from({ length: BILLED_PRODUCTS }, (_, index) => ({
    method: 'POST',
    path: '/api/orders',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${tokens[index % tokens.length]}`,
      'idempotency-key': '[<id>]',
    },
    body: JSON.stringify({
      items: [
        {
          sku: `BILL-${index + 1}`,
          quantity: 1,
          modifiers: [{ code: 'BENCH-EXTRA-1' }, { code: 'BENCH-EXTRA-2' }],
        },
      ],
      discountCodes: ['BENCH10'],
    }),
  }));
}

/** An order and the access token of its customer. */
export interface BenchOrder {
  readonly id: string;
  readonly token: string;
}

/** Places orders of one line over HTTP, for the shop's customers in rotation. */
export async function placeOrders(url: string, shop: Shop, count: number): Promise<BenchOrder[]> {
  const atOnce = pLimit(32);
  return Promise.all(
    Array.from({ length: count }, (_, index) =>
      atOnce(async () => {
        const token = shop.tokens[index % shop.tokens.length]!;
        const sku = shop.skus[index % shop.skus.length]!;
        const reply = await fetch(`${url}/api/orders`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ items: [{ sku, quantity: 1 }] }),
        });
        if (!reply.ok) throw new Error(`an order was refused: ${await reply.text()}`);
        const { id } = (await reply.json()) as { id: string };
        return { id, token };
      }),
    ),
  );
}

export function buildDetailRequest({ id, token }: BenchOrder): LoadRequest {
  return {
    method: 'GET',
    path: `/api/orders/${id}`,
    headers: { authorization: `Bearer ${token}` },
  };
}

async function signUp(url: string, index: number): Promise<string> {
  const reply = await fetch(`${url}/api/auth/signup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: `customer-${index}@bench.example`, password: 'bench-password' }),
  });
  if (!reply.ok) throw new Error(`a customer could not sign up: ${await reply.text()}`);
  return ((await reply.json()) as { accessToken: string }).accessToken;
}

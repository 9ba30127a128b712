import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exactChoice } from '../modules/pricing/exact-choice.ts';
import { testDatabase } from '../support/database.ts';
import { comparable, type PricedReply, toBody, toOrder, Uses } from '../support/random-bills.ts';
import {
  type RandomOrder,
  type RandomShop,
  randomOrder,
  randomShop,
} from '../support/random-shop.ts';
import { startTestServer } from '../support/server.ts';
import type { Session } from '../support/session.ts';
import { setUpShop } from '../support/set-up-shop.ts';
import { until } from '../support/until.ts';

/** Orders that arrive together are placed in batches; those that are queued, by a worker. Neither changes a bill. */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const ORDERS = 60;

const db = await testDatabase();
const api = await startTestServer(db, {
  background: true,
  environment: { PENDING_ORDERS_MAX: '0', HELD_UNITS_MAX: '0', PRICES_INCLUDE_TAX: 'false' },
});

interface OrderReply extends PricedReply {
  readonly status: string;
  readonly failure: { readonly code: string } | null;
}

/** Removes what depends on the orders before. */
function withoutLimits(shop: RandomShop): RandomShop {
  return {
    ...shop,
    discounts: shop.discounts.map(({ rule, percent }) => ({
      rule: { ...rule, firstOrderOnly: false },
      percent,
      usesMax: null,
      usesPerCustomerMax: null,
    })),
  };
}

/** Returns the order as its owner sees it once it is no longer queued. */
function whenPlaced(customer: Session, { id }: PricedReply): Promise<OrderReply> {
  return until(async () => {
    const order = (await customer.get(`/api/orders/${id}`)).json<OrderReply>();
    assert.notEqual(order.status, 'QUEUED');
    return order;
  });
}

test(`${ORDERS} random orders at once, half of them queued, have exactly the bills they have alone (SEED=${SEED})`, async () => {
  const [random] = fc.sample(randomShop('ONCE'), { numRuns: 1, seed: SEED });
  const shop = withoutLimits(random!);
  await setUpShop(await api.asAdmin(), shop);
  const customers: Session[] = [];
  for (let count = 0; count < 8; count += 1) customers.push(await api.signUp());

  async function place(order: RandomOrder, index: number): Promise<'placed' | 'refused'> {
    const customer = customers[order.customer]!;
    const facts = { uses: new Uses(), isFirstOrder: false, pricesIncludeTax: false };
    const exact = exactChoice(toOrder(shop, order, { ...facts, named: order.discounts }));
    const codes = order.discounts.map((one) => shop.discounts[one]!.rule.code!);
    const applied = new Set(exact.discounts.map(([name]) => name));
    const isRefused = codes.some((code) => !applied.has(code));
    const isQueued = index % 2 === 1;
    const headers = isQueued ? { prefer: 'respond-async' } : {};
    const reply = await customer.post('/api/orders', toBody(shop, order, codes), headers);
    const what = `order ${index} ${reply.text}`;
    if (!isQueued && isRefused) {
      assert.equal(reply.status, 409, what);
      return 'refused';
    }
    assert.equal(reply.status, isQueued ? 202 : 201, what);
    const placed = await whenPlaced(customer, reply.json<PricedReply>());
    if (isRefused) {
      assert.equal(placed.failure?.code, 'discounts.not_applicable', what);
      return 'refused';
    }
    assert.equal(placed.failure, null, what);
    assert.deepEqual(comparable(placed), exact, what);
    return 'placed';
  }

  const orders = fc.sample(randomOrder(shop), { numRuns: ORDERS, seed: SEED });
  const outcomes = await Promise.all(orders.map(place));
  assert.ok(outcomes.includes('placed'));
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import type { LineToPrice, OrderToPrice } from '../../src/modules/pricing/index.ts';
import type { DiscountRule } from '../../src/modules/pricing/rules.ts';
import { exactBill, exactSubtotal, matchesExactly } from '../modules/pricing/exact-bill.ts';
import { exactChoice } from '../modules/pricing/exact-choice.ts';
import { testDatabase } from '../support/database.ts';
import { comparable, type PricedReply, toBody, toOrder, Uses } from '../support/random-bills.ts';
import { randomOrder, randomShop } from '../support/random-shop.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Session } from '../support/session.ts';
import { setUpShop, switchOff } from '../support/set-up-shop.ts';

/**
 * Random orders in random shops, priced by the server and by an independent calculation. Two servers share the database,
 * one with prices that include tax and one without; each has to notice what was set up through the other.
 * `BILLS=10000 SEED=7` runs more, or the same again.
 */
const BILLS = Number(process.env.BILLS ?? 200);
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000_000);
const BILLS_PER_SHOP = 25;
/** One test takes at most ten minutes. */
const BILLS_PER_TEST = 1_000;

const db = await testDatabase();
const environment = { PENDING_ORDERS_MAX: '0', HELD_UNITS_MAX: '0' };
const servers = [
  { pricesIncludeTax: true, ...(await startTestServer(db, { environment })) },
  {
    pricesIncludeTax: false,
    ...(await startTestServer(db, {
      environment: { ...environment, PRICES_INCLUDE_TAX: 'false' },
    })),
  },
];
const admins = await Promise.all(servers.map((server) => server.asAdmin()));

interface Refusals {
  readonly discounts: readonly { readonly code: string; readonly reason: string }[];
}

/** Returns every reason for which a discount cannot apply to an order, whatever the others are. */
function exactReasons(rule: DiscountRule, order: OrderToPrice<LineToPrice>): readonly string[] {
  const subtotal = exactSubtotal(order);
  const reasons = {
    inactive: !rule.active,
    not_started: rule.startsAt !== null && rule.startsAt > order.now,
    expired: rule.endsAt !== null && rule.endsAt <= order.now,
    minimum: subtotal < BigInt(rule.minimumSubtotalMinor ?? 0),
    used_up: rule.usesLeft === 0,
    used_by_customer: rule.customerUsesLeft === 0,
    not_first_order: rule.firstOrderOnly && !order.isFirstOrder,
    nothing_matches:
      !order.lines.some((line) => matchesExactly(rule, line)) ||
      exactBill(order, [rule]).discounts.length === 0,
  };
  return Object.entries(reasons).flatMap(([reason, applies]) => (applies ? [reason] : []));
}

const customers: Session[] = [];
for (let count = 0; count < 8; count += 1) customers.push(await servers[0]!.signUp());
const hasOrdered = new Set<number>();

/** Places the orders of some shops, and compares each with the calculation. */
async function compareBills(t: TestContext, first: number, end: number): Promise<void> {
  const seen: Record<string, number> = {};
  const count = (what: string) => {
    seen[what] = (seen[what] ?? 0) + 1;
  };

  for (let number = first / BILLS_PER_SHOP; number * BILLS_PER_SHOP < end; number += 1) {
    const seed = SEED + number;
    const [shop] = fc.sample(randomShop(`S${number}`), { numRuns: 1, seed });
    const created = await setUpShop(admins[number % 2]!, shop!);
    const uses = new Uses();
    const orders = fc.sample(randomOrder(shop!), { numRuns: BILLS_PER_SHOP, seed });
    for (const [index, order] of orders.entries()) {
      const server = servers[(number + index) % 2]!;
      const { pricesIncludeTax } = server;
      const session = createSession(server.url, customers[order.customer]!.identity);
      const place = `SEED=${seed}, order ${index}`;
      const facts = { uses, isFirstOrder: !hasOrdered.has(order.customer), pricesIncludeTax };
      const priced = toOrder(shop!, order, { ...facts, named: order.discounts });
      const exact = exactChoice(priced);
      const applied = new Set(exact.discounts.map(([name]) => name));
      const codes = order.discounts.map((one) => shop!.discounts[one]!.rule.code!);
      const named = order.namesUnknownCode ? [...codes, 'NOBODY-KNOWS'] : codes;
      const refused = named.filter((code) => !applied.has(code));

      const quote = await session.post('/api/quotes', toBody(shop!, order, named));
      assert.equal(quote.status, 200, `${place} ${quote.text}`);
      assert.deepEqual(comparable(quote.json<PricedReply>()), exact, place);
      const quoted = quote.json<{ refusals: readonly (Refusals & { code: string })[] }>().refusals;
      const noted = quoted.flatMap(({ code, discounts }) =>
        code === 'discounts.not_applicable' ? discounts : [],
      );
      assert.deepEqual(noted.map(({ code }) => code).sort(), [...refused].sort(), place);

      if (refused.length > 0) {
        const reply = await session.post('/api/orders', toBody(shop!, order, named));
        assert.equal(reply.status, 409, `${place} ${reply.text}`);
        assert.deepEqual(reply.json<Refusals>().discounts, noted, place);
        for (const { code, reason } of noted) {
          count(reason);
          const rule = priced.rules.discounts.find((one) => one.code === code);
          const reasons = rule === undefined ? ['unknown'] : exactReasons(rule, priced);
          const expected = reasons.length === 0 ? ['not_combinable'] : reasons;
          assert.ok(expected.includes(reason), `${place} ${code} ${reason} ${expected}`);
        }
      }
      const kept = order.discounts.filter((one) => applied.has(shop!.discounts[one]!.rule.name));
      const body = toBody(
        shop!,
        order,
        kept.map((one) => shop!.discounts[one]!.rule.code!),
      );
      const reply = await session.post('/api/orders', body);
      assert.equal(reply.status, 201, `${place} ${reply.text}`);
      const placed = reply.json<PricedReply>();
      const expected = exactChoice(toOrder(shop!, order, { ...facts, named: kept }));
      assert.deepEqual(comparable(placed), expected, place);
      for (const { total, discount, tax, charged } of placed.items) {
        const onTop = pricesIncludeTax ? 0 : tax.amount;
        assert.equal(charged.amount, total.amount - discount.amount + onTop, place);
      }
      const read = await session.get(`/api/orders/${placed.id}`);
      assert.deepEqual(comparable(read.json<PricedReply>()), expected, place);
      hasOrdered.add(order.customer);
      for (const [name] of expected.discounts) uses.add(name, order.customer);
      count('placed');
      for (const { kind } of placed.bill.charges) count(kind);
      if (placed.bill.taxes.length > 0) count('taxed');
      if (placed.bill.discounts.length > 0) count('discounted');
    }
    await switchOff(admins[(number + 1) % 2]!, created);
  }
  t.diagnostic(JSON.stringify(seen));
}

for (let first = 0; first < BILLS; first += BILLS_PER_TEST) {
  const end = Math.min(first + BILLS_PER_TEST, BILLS);
  test(`random bills ${first + 1} to ${end} equal an independent calculation in exact fractions (SEED=${SEED})`, (t) =>
    compareBills(t, first, end));
}

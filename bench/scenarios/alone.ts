import { checkOut, send, type Timed } from '../support/check-out.ts';
import { KeepAliveClient } from '../support/keep-alive-client.ts';
import { ascending, quantile } from '../support/quantile.ts';
import {
  type Measurement,
  type Scenario,
  type ScenarioInput,
  withoutRequests,
} from './scenario.ts';
import {
  ALONE_CHECKOUT_MS_MAX,
  ALONE_DETAIL_MS_MAX,
  ALONE_ORDER_MS_MAX,
  below,
  type Target,
} from './targets.ts';

const WARM_UP_ROUNDS = 50;
/** Short, so that the wait for the confirmation is measured and not the wait between two looks. */
const POLL_MS = 1;

const TARGETS_MS: Readonly<Record<string, number>> = {
  'an order': ALONE_ORDER_MS_MAX,
  'order detail': ALONE_DETAIL_MS_MAX,
  'a whole checkout, from cart to CONFIRMED': ALONE_CHECKOUT_MS_MAX,
};

/** One customer and nobody else: how long each call takes when nothing waits. */
export const alone: Scenario = {
  name: 'alone',
  says: 'each call of one customer alone',
  run: measure,
};

async function measure({
  environment,
  shop,
  durationSeconds,
}: ScenarioInput): Promise<Measurement[]> {
  const client = new KeepAliveClient(environment.url, {
    authorization: `Bearer ${shop.tokens[0]}`,
  });
  const durationsMs = new Map<string, number[]>();
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work();
    const list = durationsMs.get(what) ?? [];
    list.push(performance.now() - startedAt);
    durationsMs.set(what, list);
    return result;
  };
  try {
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
      await visit(client, shop.skus[round % shop.skus.length]!, timed);
    }
    durationsMs.clear();
    const endsAt = performance.now() + durationSeconds * 1_000;
    for (let round = 0; performance.now() < endsAt; round += 1) {
      await visit(client, shop.skus[(round * 13) % shop.skus.length]!, timed);
    }
  } finally {
    client.close();
  }
  return [...durationsMs].map(([what, all]) => {
    all.sort(ascending);
    const p50Ms = quantile(all, 0.5);
    const limitMs = TARGETS_MS[what];
    const target: Target | null = limitMs === undefined ? null : below(p50Ms, limitMs, 'ms p50');
    return {
      ...withoutRequests,
      scenario: alone.name,
      what: `${what}, one customer alone`,
      p50Ms,
      p99Ms: quantile(all, 0.99),
      target,
    };
  });
}

/** One visit: an order placed directly, its detail, a list, and a whole checkout. */
async function visit(client: KeepAliveClient, sku: string, timed: Timed): Promise<void> {
  const placed = await timed('an order', () =>
    send(client, 'POST', '/api/orders', { items: [{ sku, quantity: 1 }] }),
  );
  await timed('order detail', () => send(client, 'GET', `/api/orders/${placed.id}`));
  await timed("a customer's list", () => send(client, 'GET', '/api/orders?limit=20'));
  await timed('a whole checkout, from cart to CONFIRMED', () =>
    checkOut(client, sku, { pollMs: POLL_MS, timed }),
  );
}

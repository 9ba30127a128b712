import type { Environment } from '../support/environment.ts';
import { getRate, runCosted } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import { buildDetailRequest, buildPlacements, placeOrders, type Shop } from '../support/shop.ts';
import { measureP } from './reference-rates.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, below, both, MIXED_P99_MS_MAX, MIXED_RATIO_MIN } from './targets.ts';

const ORDERS = 2_000;
/** One list in so many is read by staff; the others are customers' own. */
const STAFF_LISTS = 5;

/** A shop on a busy evening: of ten requests, eight read an order, one lists orders and one places an order. */
export const mixed: Scenario = {
  name: 'mixed',
  says: '80 % order detail, 10 % lists, 10 % orders',
  run: measure,
};

async function measure(input: ScenarioInput): Promise<Measurement[]> {
  const { environment, shop, durationSeconds, connections } = input;
  const limit = await measureP(input);
  const requests = await mixture(environment, shop);
  const load = (seconds: number) =>
    runCosted(environment, environment.server, { connections, durationSeconds: seconds, requests });
  await load(Math.min(3, durationSeconds));
  const result = await load(durationSeconds);
  const perSecond = getRate(result);
  const { p50, p99 } = result.latencyMs;
  return [
    {
      scenario: mixed.name,
      what: `${mixed.says}, ${connections} connections (${result.by})`,
      perSecond,
      p50Ms: p50,
      p99Ms: p99,
      reference: limit,
      cost: result.cost,
      failures: result.failed,
      target: both(
        atLeast(perSecond / limit.perSecond, MIXED_RATIO_MIN, '× P'),
        below(p99, MIXED_P99_MS_MAX, 'ms p99'),
        below(result.failed, 1, 'failures'),
      ),
    },
  ];
}

/** Places orders, and returns the requests of this scenario for them. */
export async function mixture(environment: Environment, shop: Shop): Promise<LoadRequest[]> {
  const details = (await placeOrders(environment.url, shop, ORDERS)).map(buildDetailRequest);
  const lists = buildListRequests(shop, environment.adminToken);
  return mix(details, lists, buildPlacements(shop, { hot: false }));
}

/** Spreads the requests evenly, so that every part of the load is such a mixture. */
function mix(
  details: readonly LoadRequest[],
  lists: readonly LoadRequest[],
  orders: readonly LoadRequest[],
): LoadRequest[] {
  return details.flatMap((detail, index) => {
    const group = index / 8;
    return Number.isInteger(group)
      ? [detail, lists[group % lists.length]!, orders[group % orders.length]!]
      : [detail];
  });
}

function buildListRequests(shop: Shop, adminToken: string): LoadRequest[] {
  const list = (query: string, token: string): LoadRequest => ({
    method: 'GET',
    path: `/api/orders?${query}`,
    headers: { authorization: `Bearer ${token}` },
  });
  return shop.tokens.map((token, index) =>
    index % STAFF_LISTS === 0
      ? list('limit=20&status=PENDING,CONFIRMED,PREPARING', adminToken)
      : list('limit=20', token),
  );
}

import type { Environment } from '../support/environment.ts';
import { getRate, runCosted } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import { buildDetailRequest, buildPlacements, placeOrders, type Shop } from '../support/shop.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, below, both, MIXED_P99_MS_MAX, MIXED_PER_SECOND_MIN } from './targets.ts';

const ORDERS = 2_000;
/** Of the lists, those that staff look at; the others are customers' own. */
const STAFF_LISTS = 5;

/** What a shop does on a busy evening: of ten requests eight look at an order, one lists and one places. */
export const mixed: Scenario = {
  name: 'mixed',
  says: '80 % order detail, 10 % lists, 10 % orders',
  run: measure,
};

async function measure({
  environment,
  shop,
  durationSeconds,
  connections,
}: ScenarioInput): Promise<Measurement[]> {
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
      reference: null,
      cost: result.cost,
      failures: result.failed,
      target: both(
        atLeast(perSecond, MIXED_PER_SECOND_MIN, 'a second'),
        below(p99, MIXED_P99_MS_MAX, 'ms p99'),
        below(result.failed, 1, 'failures'),
      ),
    },
  ];
}

/** The requests of this scenario, about orders that it places. */
export async function mixture(environment: Environment, shop: Shop): Promise<LoadRequest[]> {
  const details = (await placeOrders(environment.url, shop, ORDERS)).map(buildDetailRequest);
  const lists = buildListRequests(shop, environment.adminToken);
  return mix(details, lists, buildPlacements(shop, { hot: false }));
}

/** Spread evenly, so that every stretch of the load is such a mixture. */
function mix(
  details: readonly LoadRequest[],
  lists: readonly LoadRequest[],
  orders: readonly LoadRequest[],
): LoadRequest[] {
  return details.flatMap((detail, index) => {
    const turn = index / 8;
    return Number.isInteger(turn)
      ? [detail, lists[turn % lists.length]!, orders[turn % orders.length]!]
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

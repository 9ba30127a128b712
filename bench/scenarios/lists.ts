import { listRequests } from '../support/list-requests.ts';
import { getRate, runCosted } from '../support/load.ts';
import { placeOrders } from '../support/shop.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';

/** Placed first, so that there is something to list if no other scenario ran before. */
const ORDERS = 1_000;

/** Each list on its own. `growth` measures them as the shop grows. */
export const lists: Scenario = {
  name: 'lists',
  says: 'lists of orders, 20 to a page',
  run: measure,
};

async function measure({
  environment,
  shop,
  durationSeconds,
  connections,
}: ScenarioInput): Promise<Measurement[]> {
  await placeOrders(environment.url, shop, ORDERS);
  const kinds = await listRequests(environment.url, shop, environment.adminToken);
  const seconds = Math.max(1, Math.round(durationSeconds / Object.keys(kinds).length));
  const measurements: Measurement[] = [];
  for (const [kind, requests] of Object.entries(kinds)) {
    const result = await runCosted(environment, environment.server, {
      connections,
      durationSeconds: seconds,
      requests,
    });
    measurements.push({
      scenario: lists.name,
      what: `${kind}, ${connections} connections (${result.by})`,
      perSecond: getRate(result),
      p50Ms: result.latencyMs.p50,
      p99Ms: result.latencyMs.p99,
      reference: null,
      cost: result.cost,
      failures: result.failed,
      target: null,
    });
  }
  return measurements;
}

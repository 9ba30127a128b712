import { withBareFastify } from '../support/bare-fastify.ts';
import { type CostedLoad, getRate, runCosted, runLoad } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import { buildDetailRequest, placeOrders } from '../support/shop.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, CACHED_RATIO_MIN } from './targets.ts';

/** Few enough to stay in the cache. */
const ORDERS = 200;
const ROUNDS = 3;

/** Order details read by their customers from the cache, compared with a bare Fastify under as many connections. */
export const readCached: Scenario = {
  name: 'read-cached',
  says: `order detail, ${ORDERS} orders again and again`,
  run: measure,
};

/** Alternates the loads, so that other work on the machine affects both. The best of each counts. */
async function measure({
  environment,
  shop,
  durationSeconds,
  connections,
}: ScenarioInput): Promise<Measurement[]> {
  const requests = (await placeOrders(environment.url, shop, ORDERS)).map(buildDetailRequest);
  const bare: LoadRequest[] = [{ method: 'GET', path: '/orders/1', headers: {} }];
  const rounds = Math.min(ROUNDS, durationSeconds);
  const seconds = Math.round(durationSeconds / rounds);
  return withBareFastify(async (url) => {
    const loadBare = (forSeconds: number) =>
      runLoad({ url, connections, durationSeconds: forSeconds, requests: bare });
    const load = (forSeconds: number) =>
      runCosted(environment, environment.server, {
        connections,
        durationSeconds: forSeconds,
        requests,
      });
    await loadBare(Math.min(2, durationSeconds));
    await load(Math.min(2, durationSeconds));
    const results: CostedLoad[] = [];
    let perSecondBare = 0;
    for (let round = 0; round < rounds; round += 1) {
      perSecondBare = Math.max(perSecondBare, getRate(await loadBare(seconds)));
      results.push(await load(seconds));
    }
    const best = results.reduce((one, other) => (getRate(other) > getRate(one) ? other : one));
    const perSecond = getRate(best);
    return [
      {
        scenario: readCached.name,
        what: `${readCached.says}, ${connections} connections (${best.by})`,
        perSecond,
        p50Ms: best.latencyMs.p50,
        p99Ms: best.latencyMs.p99,
        reference: { what: 'a bare Fastify with a small reply', perSecond: perSecondBare },
        cost: best.cost,
        failures: results.reduce((sum, { failed }) => sum + failed, 0),
        target: atLeast(perSecond / perSecondBare, CACHED_RATIO_MIN, '× bare Fastify'),
      },
    ];
  });
}

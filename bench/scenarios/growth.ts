import { type GrownShop, openGrownShops } from '../support/grown-shops.ts';
import { requireInvariants } from '../support/invariants.ts';
import { type CostedLoad, getRate, runCosted } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import { print } from '../support/print.ts';
import { measureChecks, openRegularChecks, type RegularChecks } from './growth-checks.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, GROWTH_RATIO_MIN } from './targets.ts';

const SIZES = [10_000, 100_000, 1_000_000];
/** Odd, so that there is a median. */
const PASSES = 5;
const WARM_UP_SECONDS = 1;

/**
 * The same requests to shops with more and more orders, in alternation, each pass with a regular check of the invariants
 * beside it. The median pass of each shop counts.
 */
export const growth: Scenario = {
  name: 'growth',
  says: `placement, detail, lists and search at ${SIZES.map((size) => size.toLocaleString('en')).join(', ')} orders`,
  run: measure,
};

async function measure(input: ScenarioInput): Promise<Measurement[]> {
  const { environment, connections, ordersMax } = input;
  const sizes = SIZES.filter((size) => size <= ordersMax);
  await using stack = new AsyncDisposableStack();
  const shops = await openGrownShops(environment, stack, { sizes, customers: connections * 2 });
  const checks = await openRegularChecks(shops, stack);
  const measurements: Measurement[] = [];
  // Details after lists, because they put half of the smallest shop into the cache; placement last, because it adds
  // orders to it.
  for (const operation of [...Object.keys(shops[0]!.reads), 'placement']) {
    const loads = await measureInAlternation(input, shops, checks, operation);
    measurements.push(...buildRows(operation, shops, loads));
  }
  measurements.push(...(await measureChecks(growth.name, shops, checks)));
  for (const { server, adminToken } of shops) await requireInvariants(server.url, adminToken);
  return measurements;
}

/** Returns the median load of each shop, in the order of the shops. */
async function measureInAlternation(
  { environment, connections, durationSeconds }: ScenarioInput,
  shops: readonly GrownShop[],
  { check }: RegularChecks,
  operation: string,
): Promise<CostedLoad[]> {
  print(`  ${operation}`);
  const load = (shop: GrownShop, seconds: number) =>
    runCosted(environment, shop.server, {
      connections,
      durationSeconds: seconds,
      requests: getRequests(shop, operation),
    });
  // Each server compiles its code, plans its statements and fills its caches.
  for (const shop of shops) await load(shop, WARM_UP_SECONDS);
  const seconds = Math.max(1, Math.round(durationSeconds / PASSES));
  const loads = shops.map((): CostedLoad[] => []);
  for (let pass = 0; pass < PASSES; pass += 1) {
    const places = [...shops.keys()];
    // Back and forth through the shops, because other work on the machine changes slowly.
    for (const place of pass % 2 === 0 ? places : places.reverse()) {
      const [measured] = await Promise.all([load(shops[place]!, seconds), check(place)]);
      loads[place]!.push(measured);
    }
  }
  return loads.map(findMedian);
}

function findMedian(loads: readonly CostedLoad[]): CostedLoad {
  const byRate = loads.toSorted((one, other) => getRate(one) - getRate(other));
  return byRate[(loads.length - 1) / 2]!;
}

function getRequests(shop: GrownShop, operation: string): readonly LoadRequest[] {
  return shop.reads[operation] ?? shop.placements;
}

function buildRows(
  operation: string,
  shops: readonly GrownShop[],
  loads: readonly CostedLoad[],
): Measurement[] {
  const smallest = getRate(loads[0]!);
  return loads.map((load, index) => {
    const perSecond = getRate(load);
    return {
      scenario: growth.name,
      what: `${operation}, ${shops[index]!.orders.toLocaleString('en')} orders (${load.by})`,
      perSecond,
      p50Ms: load.latencyMs.p50,
      p99Ms: load.latencyMs.p99,
      reference:
        index === 0
          ? null
          : {
              what: `at ${shops[0]!.orders.toLocaleString('en')} orders${processorTimes(load, loads[0]!)}`,
              perSecond: smallest,
            },
      cost: load.cost,
      failures: load.failed,
      target:
        index === 0
          ? null
          : atLeast(perSecond / smallest, GROWTH_RATIO_MIN, 'of the smallest (within 1.25 ×)'),
    };
  });
}

/**
 * Returns the processor time of one operation relative to the smallest shop. Other work on the machine affects it less
 * than rates.
 */
function processorTimes({ cost }: CostedLoad, smallest: CostedLoad): string {
  if (cost === null || smallest.cost === null) return '';
  const ratio = (cost.server + cost.database) / (smallest.cost.server + smallest.cost.database);
  return `, processor time × ${ratio.toFixed(2)}`;
}

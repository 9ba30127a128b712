import { type GrownShop, openGrownShops } from '../support/grown-shops.ts';
import { requireInvariants } from '../support/invariants.ts';
import { type CostedLoad, getRate, runCosted } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import { print } from '../support/print.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atLeast, GROWTH_RATIO_MIN } from './targets.ts';

const SIZES = [10_000, 100_000, 1_000_000];
/** Odd, so that one is in the middle. */
const TURNS = 5;
const WARM_UP_SECONDS = 1;

/** The same requests to shops that have taken ever more orders, by turns; of each shop the middle one counts. */
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
  const measurements: Measurement[] = [];
  // Details after lists, since they keep half of the smallest shop; placement at the end, since it makes that one larger.
  for (const operation of [...Object.keys(shops[0]!.reads), 'placement']) {
    const loads = await measureInAlternation(input, shops, operation);
    measurements.push(...buildRows(operation, shops, loads));
  }
  for (const { server, adminToken } of shops) await requireInvariants(server.url, adminToken);
  return measurements;
}

/** The middle load of each shop, in their order. */
async function measureInAlternation(
  { environment, connections, durationSeconds }: ScenarioInput,
  shops: readonly GrownShop[],
  operation: string,
): Promise<CostedLoad[]> {
  print(`  ${operation}`);
  const load = (shop: GrownShop, seconds: number) =>
    runCosted(environment, shop.server, {
      connections,
      durationSeconds: seconds,
      requests: getRequests(shop, operation),
    });
  // Each server compiles its code, plans its statements and keeps what it is asked for.
  for (const shop of shops) await load(shop, WARM_UP_SECONDS);
  const seconds = Math.max(1, Math.round(durationSeconds / TURNS));
  const loads = shops.map((): CostedLoad[] => []);
  for (let pass = 0; pass < TURNS; pass += 1) {
    const places = [...shops.keys()];
    // There and back, since what else the machine does changes slowly.
    for (const place of pass % 2 === 0 ? places : places.reverse()) {
      loads[place]!.push(await load(shops[place]!, seconds));
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

/** What one operation takes, to what it takes in the smallest shop: other work on the machine changes it less than rates. */
function processorTimes({ cost }: CostedLoad, smallest: CostedLoad): string {
  if (cost === null || smallest.cost === null) return '';
  const ratio = (cost.server + cost.database) / (smallest.cost.server + smallest.cost.database);
  return `, processor time × ${ratio.toFixed(2)}`;
}

import { type CostedLoad, getRate, runCosted } from '../support/load.ts';
import { buildBilledPlacements, buildPlacements, setUpBill } from '../support/shop.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenario.ts';
import { atMost, BILLED_COST_RATIO_MAX } from './targets.ts';

/** Orders of one line with two modifiers, a tax and a discount code, compared with orders of one line alone. */
export const placeBilled: Scenario = {
  name: 'place-billed',
  says: 'orders of one line with two modifiers, a tax and a code',
  run: measure,
};

async function measure(input: ScenarioInput): Promise<Measurement[]> {
  const { environment, shop, durationSeconds, connections } = input;
  await setUpBill(environment.databaseUrl);
  const load = (requests: ReturnType<typeof buildPlacements>, seconds: number) =>
    runCosted(environment, environment.server, {
      connections,
      durationSeconds: seconds,
      requests,
    });
  const plain = buildPlacements(shop, { hot: false });
  const billed = buildBilledPlacements(shop);
  await load(billed, Math.min(3, durationSeconds));
  // One after the other twice, so that what else the machine does concerns both.
  const half = durationSeconds / 2;
  const results = {
    plain: [await load(plain, half)],
    billed: [await load(billed, half)],
  };
  results.plain.push(await load(plain, half));
  results.billed.push(await load(billed, half));
  const [first, second] = results.billed as [CostedLoad, CostedLoad];
  const ratio = totalCost(results.billed) / totalCost(results.plain);
  return [
    {
      scenario: placeBilled.name,
      what: `${placeBilled.says}, ${connections} connections (${first.by})`,
      perSecond: (getRate(first) + getRate(second)) / 2,
      p50Ms: second.latencyMs.p50,
      p99Ms: second.latencyMs.p99,
      reference: {
        what: 'orders of one line alone',
        perSecond: results.plain.reduce((sum, one) => sum + getRate(one), 0) / 2,
      },
      cost: second.cost,
      failures: first.failed + second.failed,
      target: atMost(ratio, BILLED_COST_RATIO_MAX, '× the processor time of orders of one line'),
    },
  ];
}

/** Returns the processor time of one operation, in microseconds, over several loads. */
function totalCost(results: readonly CostedLoad[]): number {
  return results.reduce((sum, { cost }) => sum + (cost?.server ?? 0) + (cost?.database ?? 0), 0);
}

import { type CostedLoad, getRate, runCosted } from '../support/load.ts';
import type { LoadRequest } from '../support/load-job.ts';
import type { CostMicros } from '../support/processor-time.ts';
import { untilSettled } from '../support/settled.ts';
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
  // Jobs and mails of one kind must not be charged to the other.
  const load = async (requests: readonly LoadRequest[], seconds: number) => {
    await untilSettled(environment.databaseUrl);
    return runCosted(environment, environment.server, {
      connections,
      durationSeconds: seconds,
      requests,
    });
  };
  const plain = buildPlacements(shop, { hot: false });
  const billed = buildBilledPlacements(shop);
  await load(billed, Math.min(3, durationSeconds));
  // One after the other twice, so that what else the machine does concerns both.
  const half = Math.ceil(durationSeconds / 2);
  const first = { plain: await load(plain, half), billed: await load(billed, half) };
  const second = { plain: await load(plain, half), billed: await load(billed, half) };
  const reference = describe('orders of one line alone', first.plain, second.plain, input);
  const measured = describe(placeBilled.says, first.billed, second.billed, input);
  const ratio = total(measured.cost) / total(reference.cost);
  return [
    { ...reference, reference: null, target: null },
    {
      ...measured,
      reference: { what: 'orders of one line alone', perSecond: reference.perSecond },
      target: atMost(ratio, BILLED_COST_RATIO_MAX, '× the processor time of orders of one line'),
    },
  ];
}

/** Describes two loads of one kind: rates and costs are their averages, latencies those of the second. */
function describe(
  says: string,
  first: CostedLoad,
  second: CostedLoad,
  { connections }: ScenarioInput,
) {
  return {
    scenario: placeBilled.name,
    what: `${says}, ${connections} connections (${first.by})`,
    perSecond: (getRate(first) + getRate(second)) / 2,
    p50Ms: second.latencyMs.p50,
    p99Ms: second.latencyMs.p99,
    cost: average(first.cost, second.cost),
    failures: first.failed + second.failed,
  };
}

function average(first: CostMicros | null, second: CostMicros | null): CostMicros | null {
  if (first === null || second === null) return null;
  return {
    server: (first.server + second.server) / 2,
    database: (first.database + second.database) / 2,
  };
}

function total(cost: CostMicros | null): number {
  return (cost?.server ?? 0) + (cost?.database ?? 0);
}

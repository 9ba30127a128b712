import { createDatabase } from '../../src/database/database.ts';
import { runRegularCheck } from '../../src/modules/operations/regular-check.ts';
import type { GrownShop } from '../support/grown-shops.ts';
import { ascending, quantile } from '../support/quantile.ts';
import { medianOf } from './median.ts';
import { type Measurement, withoutRequests } from './scenario.ts';
import { atMost, CHECK_RATIO_MAX } from './targets.ts';

/** The regular checks of invariants of the shops, which their servers' schedules would do every five minutes. */
export interface RegularChecks {
  /** Checks one shop and returns the milliseconds that it took. */
  check(place: number): Promise<number>;
}

const PASSES = 5;

/** Opens the shops' databases and does the first check of each, which covers everything. */
export async function openRegularChecks(
  shops: readonly GrownShop[],
  stack: AsyncDisposableStack,
): Promise<RegularChecks> {
  const databases = shops.map(({ databaseUrl: url }) =>
    stack.adopt(createDatabase({ url, poolMax: 2, constraints: {} }), (it) => it.close()),
  );
  for (const database of databases) await runRegularCheck(database);
  return {
    async check(place) {
      const startedAt = performance.now();
      const results = await runRegularCheck(databases[place]!);
      const broken = results.filter(({ violationCount }) => violationCount > 0);
      if (broken.length > 0) throw new Error(`an invariant is violated: ${JSON.stringify(broken)}`);
      return performance.now() - startedAt;
    },
  };
}

/** Measures checks of each shop in alternation, without other load. */
export async function measureChecks(
  scenario: string,
  shops: readonly GrownShop[],
  { check }: RegularChecks,
): Promise<Measurement[]> {
  const durationsMs = shops.map((): number[] => []);
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const place of shops.keys()) durationsMs[place]!.push(await check(place));
  }
  const smallestMs = medianOf(durationsMs[0]!);
  return shops.map(({ orders }, place) => {
    const all = durationsMs[place]!.toSorted(ascending);
    const ratio = medianOf(all) / smallestMs;
    return {
      ...withoutRequests,
      scenario,
      what: `a regular check of the invariants, ${orders.toLocaleString('en')} orders`,
      p50Ms: quantile(all, 0.5),
      p99Ms: quantile(all, 0.99),
      target: place === 0 ? null : atMost(ratio, CHECK_RATIO_MAX, '× the smallest'),
    };
  });
}

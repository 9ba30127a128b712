import type { RunState, Stretch } from './state.ts';
import type { Counts } from './tally.ts';

/** Returns the summary of a run as Markdown. */
export function summarise(state: RunState): string {
  const { seed, stretches } = state;
  if (stretches.length === 0) return 'No stretch has ended yet.\n';
  const operations = sumByName(stretches.map((stretch) => stretch.operations));
  const total = sumCounts(stretches.map((stretch) => stretch.total));
  const faults = new Map<string, number>();
  for (const stretch of stretches) {
    for (const [name, count] of Object.entries(stretch.faults)) {
      faults.set(name, (faults.get(name) ?? 0) + count);
    }
  }
  const sum = (of: (stretch: Stretch) => number) =>
    stretches.reduce((all, stretch) => all + of(stretch), 0);
  const loadSeconds = sum((stretch) => stretch.loadSeconds);
  const found = stretches.flatMap((stretch) => stretch.found);
  return [
    `Seed ${seed}: ${whole(total.ok)} acknowledged operations of ${whole(state.operations)} and ${whole(countKills(state))} kills of ${whole(state.kills)}, in ${stretches.length} stretches.`,
    '',
    `${whole(sum(({ orders }) => orders))} orders were acknowledged, ${whole(sum(({ mails }) => mails))} mails and ${whole(sum(({ deliveries }) => deliveries))} webhooks arrived. Under load for ${Math.round(loadSeconds / 60)} minutes: ${Math.round(total.ok / loadSeconds)} operations a second. Waiting for the rest of the work and checking took ${Math.round(sum(({ checkSeconds }) => checkSeconds) / 60)} minutes.`,
    '',
    `Found: ${found.length === 0 ? 'nothing.' : `${found.length} errors.`}`,
    ...found.map((sentence) => `- ${sentence}`),
    '',
    '| operation | acknowledged | refused | unknown |',
    '|---|---:|---:|---:|',
    ...Object.entries({ ...operations, '**all**': total }).map(
      ([name, { ok, refused, unknown }]) =>
        `| ${name} | ${whole(ok)} | ${whole(refused)} | ${whole(unknown)} |`,
    ),
    '',
    '| fault | times |',
    '|---|---:|',
    ...[...faults].toSorted().map(([name, count]) => `| ${name} | ${whole(count)} |`),
    '',
    '| after | p50 | p99 | servers | workers | database | disk |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...pickThree(stretches).map(({ number, p50Ms, p99Ms, last }) => {
      const { serversMib, workersMib, databaseMib, diskMib } = last;
      return `| stretch ${number} | ${p50Ms} ms | ${p99Ms} ms | ${serversMib} MiB | ${workersMib} MiB | ${databaseMib} MiB | ${whole(diskMib)} MiB |`;
    }),
    '',
    `Seeds of the stretches: ${stretches.map((stretch) => stretch.seed).join(', ')}.`,
    '',
  ].join('\n');
}

export function countKills({ stretches }: RunState): number {
  return stretches.reduce((sum, stretch) => sum + countKillsOf(stretch), 0);
}

export function countKillsOf({ faults }: Stretch): number {
  return Object.entries(faults)
    .filter(([name]) => name.startsWith('kill -9'))
    .reduce((sum, [, count]) => sum + count, 0);
}

export function countOperations({ stretches }: RunState): number {
  return stretches.reduce((sum, { total }) => sum + total.ok, 0);
}

function sumByName(all: readonly Readonly<Record<string, Counts>>[]): Record<string, Counts> {
  const names = [...new Set(all.flatMap((one) => Object.keys(one)))].toSorted();
  return Object.fromEntries(
    names.map((name) => [name, sumCounts(all.flatMap((one) => one[name] ?? []))]),
  );
}

function sumCounts(all: readonly Counts[]): Counts {
  const total = { ok: 0, refused: 0, unknown: 0 };
  for (const { ok, refused, unknown } of all) {
    total.ok += ok;
    total.refused += refused;
    total.unknown += unknown;
  }
  return total;
}

/** Returns the first one, the middle one and the last one. */
function pickThree<T>(some: readonly T[]): T[] {
  const places = new Set([0, Math.floor((some.length - 1) / 2), some.length - 1]);
  return [...places].map((place) => some[place]!);
}

function whole(count: number): string {
  return count.toLocaleString('en-GB');
}

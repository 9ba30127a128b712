import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatLine, formatTable, machineFacts, writeResults } from './report.ts';
import { alone } from './scenarios/alone.ts';
import { CHECKOUT_CUSTOMERS_MAX, checkout } from './scenarios/checkout.ts';
import { disk } from './scenarios/disk.ts';
import { growth } from './scenarios/growth.ts';
import { lists } from './scenarios/lists.ts';
import { middleOf } from './scenarios/median.ts';
import { memory } from './scenarios/memory.ts';
import { mixed } from './scenarios/mixed.ts';
import { placeBilled } from './scenarios/place-billed.ts';
import { placeHot, placeSpread } from './scenarios/place-orders.ts';
import { readCached } from './scenarios/read-cached.ts';
import { relay } from './scenarios/relay.ts';
import type { Measurement, Scenario, ScenarioInput } from './scenarios/scenario.ts';
import { seals } from './scenarios/seals.ts';
import { start } from './scenarios/start.ts';
import { STREAMS_OF_CALLER_MAX, streams } from './scenarios/streams.ts';
import { startEnvironment } from './support/environment.ts';
import { requireInvariants } from './support/invariants.ts';
import { print } from './support/print.ts';
import { untilSettled } from './support/settled.ts';
import { openShop } from './support/shop.ts';

/**
 * `npm run bench [-- scenario…] [--seconds N] [--connections N] [--orders-max N] [--streams N] [--turns N] [--results FOLDER]`:
 * starts its own PostgreSQL and server, loads them from another process, and prints a table with the targets and the
 * ratio to a reference of the same run.
 */
const scenarios: readonly Scenario[] = [
  placeSpread,
  placeHot,
  placeBilled,
  checkout,
  mixed,
  readCached,
  lists,
  growth,
  relay,
  streams,
  alone,
  disk,
  seals,
  start,
  memory,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '10' },
    connections: { type: 'string', default: '64' },
    'orders-max': { type: 'string', default: '1000000' },
    streams: { type: 'string', default: '1000' },
    turns: { type: 'string', default: '1' },
    results: { type: 'string', default: fileURLToPath(new URL('./results', import.meta.url)) },
  },
});

function chosen(): Scenario[] {
  const unknown = positionals.filter(
    (name) => !scenarios.some((scenario) => scenario.name === name),
  );
  if (unknown.length > 0) {
    const names = scenarios.map((scenario) => scenario.name).join(', ');
    throw new Error(`Unknown scenario: ${unknown.join(', ')}. Use one of: ${names}.`);
  }
  return scenarios.filter(
    (scenario) => positionals.length === 0 || positionals.includes(scenario.name),
  );
}

function whole(
  name: 'seconds' | 'connections' | 'orders-max' | 'streams' | 'turns',
  min: number,
  max: number,
): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`--${name} requires a whole number from ${min} to ${max}.`);
}

async function main(): Promise<void> {
  const toRun = chosen();
  const options = {
    durationSeconds: whole('seconds', 1, 3_600),
    connections: whole('connections', 1, 1_000),
    ordersMax: whole('orders-max', 10_000, 1_000_000),
    streams: whole('streams', 2, 10_000),
  };
  const turnCount = whole('turns', 1, 99);
  print(machineFacts());
  await using stack = new AsyncDisposableStack();
  const environment = stack.adopt(await startEnvironment(), (it) => it.stop());
  // If the bench is interrupted, it stops what it has started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void environment.stop().finally(() => process.exit(1)));
  }
  const customers = Math.max(
    options.connections * 2,
    toRun.includes(checkout) ? CHECKOUT_CUSTOMERS_MAX : 0,
    toRun.includes(streams) ? Math.ceil(options.streams / STREAMS_OF_CALLER_MAX) : 0,
  );
  const shop = await openShop(environment, { products: 10_000, customers });
  const input = { environment, shop, ...options };
  // The scenarios in turn, not each several times in a row, because other work on the machine changes slowly.
  const turns: Measurement[][] = [];
  for (let turn = 1; turn <= turnCount; turn += 1) {
    if (turnCount > 1) print(`turn ${turn} of ${turnCount}`);
    const rows: Measurement[] = [];
    for (const scenario of toRun) rows.push(...(await runScenario(scenario, input)));
    turns.push(rows);
  }
  const measurements = turns[0]!.map((_, row) => middleOf(turns.map((rows) => rows[row]!)));
  process.stdout.write(`${formatTable(measurements)}\n`);
  const facts = { machine: machineFacts(), ...options, turns };
  print(await writeResults(values.results, measurements, facts));
}

/** Runs a scenario, waits until its work is done, and checks every invariant on the resulting data. */
async function runScenario(
  scenario: Scenario,
  input: ScenarioInput,
): Promise<readonly Measurement[]> {
  const { environment } = input;
  print(`${scenario.name}: ${scenario.says} …`);
  const rows = await scenario.run(input);
  for (const row of rows) print(`  ${formatLine(row)}`);
  const leftMs = await untilSettled(environment.databaseUrl);
  await requireInvariants(environment.url, environment.adminToken);
  const memoryMb = await environment.server.memoryMb();
  print(`  settled after ${Math.round(leftMs)} ms, invariants hold, server at ${memoryMb} MB`);
  return rows;
}

try {
  await main();
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

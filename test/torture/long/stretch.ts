import type { UserCaller } from '../../../src/shared/caller.ts';
import { pause } from '../../../src/shared/pause.ts';
import { runCommand } from '../../support/command.ts';
import { until } from '../../support/until.ts';
import { pickRandom } from '../history.ts';
import { checkStretch } from './check-stretch.ts';
import { Courier } from './courier.ts';
import type { Intent } from './history.ts';
import { goShopping, type World } from './journey.ts';
import { inflict } from './lanes.ts';
import type { LongShop } from './long-shop.ts';
import { type Sample, takeSample } from './measure.ts';
import { openWorld } from './open-world.ts';
import type { Stretch } from './state.ts';
import { Tally } from './tally.ts';
import { untilSettled } from './until-settled.ts';

export interface StretchOptions {
  readonly number: number;
  readonly seed: number;
  readonly operations: number;
  readonly kills: number;
  readonly clients: number;
  readonly customers: readonly UserCaller[];
  /** Abandons the stretch. */
  readonly signal: AbortSignal;
}

export interface RunStretch {
  readonly stretch: Stretch;
  readonly history: readonly Intent[];
  readonly samples: readonly Sample[];
}

const SAMPLE_MS = 10_000;
/** Nothing that takes long begins after this part of a stretch. */
const ENDING = 0.85;
/** Of the answers of the receivers. */
const FAILING = 0.01;

/** Runs a stretch: load with kills, then all the work that is left, then the check of what was seen. */
export async function runStretch(shop: LongShop, options: StretchOptions): Promise<RunStretch> {
  const { database, servers, workers, smtp, receiver } = shop;
  const { number, seed, operations, signal } = options;
  // Of what an abandoned stretch has left, nobody knows what its clients saw.
  await untilSettled(database, signal);
  smtp.take();
  receiver.take();
  const after = await findEnd(shop);
  const startedAt = new Date();
  const tally = new Tally();
  const faultCounts: Record<string, number> = {};
  const measured = {
    stretch: number,
    tally,
    faults: () => Object.values(faultCounts).reduce((sum, count) => sum + count, 0),
    serverPids: () => servers.servers.map(({ pid }) => pid),
    workerPids: () => workers.servers.map(({ pid }) => pid),
    dataDirectory: servers.dataDirectory,
    database,
  };
  const progress = () => tally.total.ok / operations;
  const world = await openWorld(
    { ...shop, url: servers.servers[0]!.url },
    { ...options, isEnding: () => progress() > ENDING },
  );
  const samples = [await takeSample(measured)];
  const isDone = () => signal.aborted || progress() >= 1;
  misbehave(shop, pickRandom(seed - 2));
  const begunMs = performance.now();
  const clients = Array.from({ length: options.clients }, (_, index) =>
    runClient(shop, world(index), tally, isDone),
  );
  const sampling = sampleUntil(isDone, async () => {
    samples.push(await takeSample(measured));
  });
  await inflict({
    servers,
    workers,
    kills: options.kills,
    random: pickRandom(seed - 1),
    progress,
    isDone,
    onFault(name) {
      faultCounts[name] = (faultCounts[name] ?? 0) + 1;
    },
  });
  await Promise.all(clients);
  const loadSeconds = secondsSince(begunMs);
  await sampling;
  signal.throwIfAborted();

  behave(shop);
  const checkMs = performance.now();
  // It may be recovering from the last kill.
  await until(() => database.run('torture.ping', 'select 1', []));
  await untilSettled(database, signal);
  samples.push(await takeSample(measured));
  const events = receiver.take();
  const mails = smtp.take().map(({ headers }) => headers['message-id']!);
  const { history, contradictions, skus } = world(0);
  const found = await checkStretch(database, {
    after,
    history,
    contradictions,
    skus,
    events,
    forged: receiver.forged,
    mails,
  });
  found.push(...(await verifySeals(shop, startedAt)));
  const stretch: Stretch = {
    number,
    seed,
    startedAt: startedAt.toISOString(),
    loadSeconds,
    checkSeconds: secondsSince(checkMs),
    operations: tally.byKind,
    total: tally.total,
    faults: faultCounts,
    orders: history.filter(({ outcome }) => outcome.kind === 'placed').length,
    mails: mails.length,
    deliveries: events.length,
    ...tally.latency(),
    first: samples[0]!,
    last: samples.at(-1)!,
    found,
  };
  return { stretch, history, samples };
}

async function findEnd({ database }: LongShop): Promise<number> {
  const [row] = await database.run<{ end: number }>(
    'torture.end_of_log',
    'select coalesce(max(position), 0)::bigint as end from events',
    [],
  );
  return Number(row!.end);
}

async function runClient(
  { servers }: LongShop,
  world: World,
  tally: Tally,
  isDone: () => boolean,
): Promise<void> {
  const urls = () => servers.servers.map(({ url }) => url);
  const courier = new Courier({ urls, random: world.random, tally });
  try {
    while (!isDone()) await goShopping(world, courier);
  } finally {
    courier.close();
  }
}

async function sampleUntil(isDone: () => boolean, sample: () => Promise<void>): Promise<void> {
  let nextMs = performance.now() + SAMPLE_MS;
  while (!isDone()) {
    await pause(200);
    if (performance.now() < nextMs) continue;
    await sample();
    nextMs += SAMPLE_MS;
  }
}

/** Some messages are refused at first. */
function misbehave({ smtp, receiver }: LongShop, random: () => number): void {
  receiver.answer(() => (random() < FAILING ? 503 : 204));
  smtp.refuses = () => (random() < FAILING ? 451 : null);
}

function behave({ smtp, receiver }: LongShop): void {
  receiver.answer(() => 204);
  smtp.refuses = () => null;
}

/** Verifies what the stretch added to the log, and what an hour before it did. */
async function verifySeals({ environment }: LongShop, startedAt: Date): Promise<string[]> {
  const from = new Date(startedAt.getTime() - 3_600_000).toISOString();
  const { code, stdout, stderr } = await runCommand(['verify-log', '--from', from], {
    environment,
  });
  return code === 0 ? [] : [`verify-log ended with ${code}: ${stdout}${stderr}`];
}

function secondsSince(ms: number): number {
  return Math.round((performance.now() - ms) / 100) / 10;
}

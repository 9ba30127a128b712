import { pause } from '../../src/shared/pause.ts';
import { pickRandom } from './history.ts';
import type { DriverName } from './queue-carriers.ts';
import { say } from './say.ts';
import { type Kind, kinds, runningJobs, traps } from './traps.ts';
import { drain, verifyWork } from './verify-work.ts';
import { openWorkedShop, type WorkedShop } from './worked-shop.ts';

export interface WorkersOptions {
  readonly driver: DriverName;
  readonly kills: number;
  /** No kill starts later. */
  readonly secondsMax: number;
  readonly seed: number;
  /** Aborts the run. */
  readonly signal: AbortSignal;
}

/** The longest wait after a trap has sprung, so that not all kills hit the same instruction. */
const LATER_MS_MAX = 30;

/** The effect of kills on one kind of job. */
interface Tally {
  aimed: number;
  /** How many kills interrupted at least one job of this kind. */
  hit: number;
  /** How many jobs they interrupted, including leased ones that had not started. */
  cutOff: number;
}

/**
 * Kills workers repeatedly in the middle of their work, while a server accepts orders all the time. Other workers
 * continue, while the jobs of a killed one wait for the end of their leases. Afterwards compares every effect with what
 * was accepted. Returns whether everything is right.
 */
export async function tortureWorkers(options: WorkersOptions): Promise<boolean> {
  const { driver, kills, secondsMax, seed, signal } = options;
  const random = pickRandom(seed);
  const startedAt = performance.now();
  say(`seed ${seed}: ${kills} kills of a worker, jobs by ${driver}`);
  const givenUp = whenGivenUp(signal);
  await using stack = new AsyncDisposableStack();
  const shop = await openWorkedShop(stack, driver);
  const tallies = new Map<Kind, Tally>(
    kinds.map((kind) => [kind, { aimed: 0, hit: 0, cutOff: 0 }]),
  );

  let kill = 0;
  while (kill < kills && performance.now() - startedAt < secondsMax * 1_000) {
    signal.throwIfAborted();
    kill += 1;
    await shop.feed();
    const kind = await nextKind(shop, tallies);
    tallies.get(kind)!.aimed += 1;
    const { how, cutOff } = await killOnce(shop, kind, random, givenUp);
    for (const one of new Set(cutOff)) tallies.get(one)!.hit += 1;
    for (const one of cutOff) tallies.get(one)!.cutOff += 1;
    say(`  ${kill} ${kind} ${how}; cut off: ${[...new Set(cutOff)].join(', ') || 'nothing'}`);
  }
  const killedAt = performance.now();
  say(`${kill} killed after ${seconds(killedAt - startedAt)}; waiting for the remaining work`);
  const last = await shop.startWorker();
  stack.defer(() => last.end('SIGKILL'));
  await drain(shop.database, signal);
  say(`ended ${seconds(performance.now() - killedAt)} later`);
  await last.end('SIGTERM');

  const { wrong, effects } = await verifyWork(shop);
  say(`${'job'.padEnd(26)}kills aimed       that hit one   jobs cut off   effects   sent again`);
  for (const [kind, { aimed, hit, cutOff }] of tallies) {
    const { made, again } = effects[kind];
    say(
      kind.padEnd(26) +
        [aimed, hit, cutOff, made, again]
          .map((count, column) => String(count).padStart([11, 19, 15, 10, 13][column]!))
          .join(''),
    );
  }
  for (const sentence of wrong) say(`WRONG: ${sentence}`);
  say(
    wrong.length === 0
      ? `${kill} kills: ${shop.accepted.size} orders ended once each, each mail was recorded once, every event arrived in order.`
      : `Repeat it with --seed ${seed}.`,
  );
  return wrong.length === 0;
}

/** Returns the kind with the fewest aimed kills, among those with due work if there are any. */
async function nextKind(
  { database }: WorkedShop,
  tallies: ReadonlyMap<Kind, Tally>,
): Promise<Kind> {
  const due = await database.run<{ name: Kind }>(
    'torture.due',
    `select distinct name from jobs where state = 'waiting' and due_at <= now()`,
    [],
  );
  const wanted = due.length === 0 ? [...kinds] : due.map(({ name }) => name);
  return wanted.reduce((least, kind) =>
    tallies.get(kind)!.aimed < tallies.get(least)!.aimed ? kind : least,
  );
}

async function killOnce(
  shop: WorkedShop,
  kind: Kind,
  random: () => number,
  givenUp: Promise<never>,
): Promise<{ how: string; cutOff: readonly Kind[] }> {
  const ways = Object.entries(traps[kind]);
  const [how, setTrap] = ways[Math.floor(random() * ways.length)]!;
  const left = new Set((await runningJobs(shop.database)).map(({ leaseToken }) => leaseToken));
  const trap = await setTrap(shop);
  try {
    const worker = await shop.startWorker();
    try {
      const sprung = trap.sprung.catch(() => say('  no worker was caught; killed anyway'));
      await Promise.race([sprung, givenUp]);
      await pause(random() * LATER_MS_MAX);
    } finally {
      await worker.end('SIGKILL');
    }
  } finally {
    await trap.release();
  }
  const cutOff = (await runningJobs(shop.database)).filter(
    ({ leaseToken }) => !left.has(leaseToken),
  );
  return { how, cutOff: cutOff.map(({ name }) => name) };
}

function whenGivenUp(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

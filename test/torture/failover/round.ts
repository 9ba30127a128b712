import type { Database } from '../../../src/database/database.ts';
import type { PairedShop } from '../../support/replication/paired-shop.ts';
import { pickRandom } from '../history.ts';
import { faults } from './faults.ts';
import { findBadAnswers, findUntrue, findViolations } from './history.ts';
import { startLoad } from './load.ts';
import type { Run } from './open-run.ts';
import { findLogged, readOrders } from './stored.ts';
import { formatSeconds, type RoundResult } from './table.ts';

/** Required of the product, from the loss of the primary on. */
const WRITES_BACK_MS = 45_000;
/** A COMMIT may take 10 s, on a connection that was waited for. The rest is the machine's. */
const ANSWER_MS = 30_000;
/** Of what a server has printed, in characters. */
const OUTPUT_SHOWN = 4_000;
/** Orders before and after each fault. */
const WARM = 10;

/** One round, with the line that describes it. */
export interface Round extends RoundResult {
  readonly line: string;
  /** Whether the run ends with it. */
  readonly isOver: boolean;
}

/** Runs one round with a fault that the seed chooses, and compares what was seen since the beginning of the run. */
export async function runRound(run: Run, names: readonly string[], seed: number): Promise<Round> {
  const startedAt = performance.now();
  const { pair, shop, customers, admin: staff, told } = run;
  const random = pickRandom(seed);
  const fault = names[Math.floor(random() * names.length)]!;
  const former = run.primary;
  const standby = pair.members.find((member) => member !== former)!;
  const load = await startLoad({ shop, database: shop.open(former), customers, staff, seed, told });
  const notes: string[] = [];
  const wrong: string[] = [];
  let backMs: number | null = null;
  let isOver = false;
  try {
    await load.untilAcknowledged(WARM);
    const effect = await faults[fault]!({
      pair,
      shop,
      load,
      primary: former,
      standby,
      random,
      note: (text) => notes.push(text),
    });
    run.primary = effect.primary;
    const backAt = effect.backAt ?? (await load.untilBack(performance.now()));
    backMs = backAt - effect.lostAt;
    await effect.mend();
    await load.untilAcknowledged(WARM);
    wrong.push(...(effect.inspect?.() ?? []));
  } catch (error) {
    // Nobody knows in which state the pair is.
    isOver = true;
    wrong.push(`the round did not end: ${(error as Error).stack}`, ...(await describe(run)));
  }
  await load.stop();
  run.history.push(...load.placings);
  const database = shop.open(run.primary);
  if (backMs !== null && backMs > WRITES_BACK_MS) {
    wrong.push(`writes were back after ${formatSeconds(backMs)} only`);
  }
  wrong.push(
    ...load.violations,
    ...findBadAnswers(load.calls, ANSWER_MS),
    ...findViolations(run.history, await readOrders(database), { isSettled: false }),
    ...(await findUntold(database, told)),
    ...findEnded(shop),
  );
  const staleReads = load.countStaleReads();
  if (staleReads > 0) notes.push(`stale reads: ${staleReads}`);
  const unknown = load.placings.filter(({ outcome }) => outcome === 'unknown').length;
  const parts = [
    `back after ${formatSeconds(backMs)}`,
    ...notes,
    `${load.placings.length} orders, ${unknown} unknown, in ${formatSeconds(performance.now() - startedAt)}`,
  ];
  return { fault, seed, backMs, wrong: takeNew(run, wrong), line: parts.join(', '), isOver };
}

/** Returns those of the sentences that no round before has found. */
export function takeNew({ found }: Run, sentences: readonly string[]): string[] {
  const taken = [...new Set(sentences)].filter((sentence) => !found.has(sentence));
  for (const sentence of taken) found.add(sentence);
  return taken;
}

/** Returns what the servers and the primary say of themselves, for a round that does not end. */
async function describe({ shop, primary }: Run): Promise<string[]> {
  const reports = shop.servers.map(async ({ url, output }) => {
    const reply = await fetch(`${url}/health/ready`);
    return `${url}: ${await reply.text()}\n${output().slice(-OUTPUT_SHOWN)}`;
  });
  const facts = ['pg_stat_activity', 'pg_stat_replication'].map(async (view) => {
    const rows = await primary.node.run(`select * from ${view}`);
    return `${primary.node.name} ${view}: ${JSON.stringify(rows)}`;
  });
  const settled = await Promise.allSettled([...reports, ...facts]);
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)));
}

/** Returns one sentence for each event that was told and is not in the log. */
export async function findUntold(database: Database, told: ReadonlySet<string>): Promise<string[]> {
  return findUntrue(told, await findLogged(database, told));
}

function findEnded({ servers }: PairedShop): string[] {
  return servers.flatMap((server) => {
    try {
      server.requireRunning();
      return [];
    } catch (error) {
      return (error as Error).message;
    }
  });
}

import { mkdir } from 'node:fs/promises';
import type { Database } from '../../../src/database/database.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { runCommand } from '../../support/command.ts';
import {
  type Member,
  type PostgresPair,
  startPostgresPair,
} from '../../support/replication/pair.ts';
import { type PairedShop, startPairedShop } from '../../support/replication/paired-shop.ts';
import { createSession } from '../../support/session.ts';
import { addUser } from '../../support/shop.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';
import { addEndpoint } from '../../support/webhooks.ts';
import { pickRandom } from '../history.ts';
import { say } from '../say.ts';
import { brokenInvariants } from '../verify.ts';
import { drain, findWrongDeliveries, unfinishedJobs } from '../verify-work.ts';
import { faults } from './faults.ts';
import { findBadAnswers, findUntrue, findViolations, type Placing } from './history.ts';
import { startLoad } from './load.ts';
import { findLogged, findWrongMails, readOrders } from './stored.ts';
import { formatSeconds, formatTable, type RoundResult } from './table.ts';

export interface FailoverOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly clients: number;
  /** The only kind of fault; null for all. */
  readonly fault: string | null;
  /** Where the two servers keep their data while they run; null for the folder of temporary files. */
  readonly folder: string | null;
  /** Ends the run after its round. */
  readonly signal: AbortSignal;
}

const SERVERS = 2;
/** Required of the product, from the loss of the primary on. */
const WRITES_BACK_MS = 45_000;
/** A COMMIT may take 10 s, on a connection that was waited for. The rest is the machine's. */
const ANSWER_MS = 30_000;
/** Of what a server has printed, in characters. */
const OUTPUT_SHOWN = 4_000;
/** Orders before and after each fault. */
const WARM = 10;

/**
 * Runs servers of the product on a primary with a synchronous standby under load, and takes the primary, the standby or
 * the ways between them away, round by round. Compares what every client saw with the database after each round, and in
 * the end also what was told outside. Returns whether everything is right.
 */
export async function tortureFailover(options: FailoverOptions): Promise<boolean> {
  const { rounds, seed, folder, signal } = options;
  const names = chooseFaults(options.fault);
  await using stack = new AsyncDisposableStack();
  const onEnd = (end: () => unknown) => stack.defer(async () => void (await end()));
  if (folder !== null) await mkdir(folder, { recursive: true, mode: 0o711 });
  const pair = stack.adopt(await startPostgresPair(folder ?? undefined), (it) => it.stop());
  const smtp = await startSmtpServer({}, onEnd);
  const [one, two] = pair.members;
  await pair.makeSynchronous(one, two);
  const shop = stack.adopt(
    await startPairedShop({
      pair,
      primary: one,
      servers: SERVERS,
      environment: {
        LOG_LEVEL: 'warn',
        LOG_SEAL_SECONDS: '2',
        MAIL_DRIVER: 'smtp',
        MAIL_FROM: 'orders@shop.example',
        SMTP_URL: smtp.url,
        WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
        WEBHOOK_ATTEMPTS_MAX: '100',
        QUEUE_ATTEMPTS_MAX: '100',
      },
    }),
    (it) => it.stop(),
  );
  const database = shop.open(one);
  const admin = await addUser(database, { role: 'admin' });
  const { receiver } = await addEndpoint(signIn(shop, admin), ['*'], onEnd);
  const customers = await Promise.all(
    Array.from({ length: options.clients }, (_, index) =>
      addUser(database, { vip: index % 4 === 0 }),
    ),
  );

  const run: Run = {
    pair,
    shop,
    customers,
    admin,
    history: [],
    told: new Set(),
    found: new Set(),
    primary: one,
  };
  const results: RoundResult[] = [];
  for (let round = 0; round < rounds && !signal.aborted; round += 1) {
    const result = await runRound(run, names, seed + round);
    results.push(result);
    const outcome = result.wrong.length === 0 ? '' : `, ${result.wrong.length} WRONG`;
    say(
      `${String(round + 1).padStart(3)} seed ${result.seed} ${result.fault}: ${result.line}${outcome}`,
    );
    for (const sentence of result.wrong) say(`    WRONG: ${sentence}`);
    if (result.isOver) break;
  }
  say('waiting for the remaining work');
  const last = shop.open(run.primary);
  await drain(last, new AbortController().signal);
  const wrong = takeNew(run, [
    ...findViolations(run.history, await readOrders(last), { isSettled: true }),
    ...(await findUntold(last, run.told)),
    ...(await findWrongDeliveries(last, { after: 0, ...receiver })),
    ...(await findWrongMails(last, smtp)),
    ...(await unfinishedJobs(last)),
    ...(await brokenInvariants(last)),
    ...(await verifyLog(shop)),
  ]);
  for (const sentence of wrong) say(`WRONG in the end: ${sentence}`);
  for (const line of formatTable(results)) say(line);
  const count = (outcome: string) => run.history.filter((one) => one.outcome === outcome).length;
  say(
    `${count('ok')} orders acknowledged, ${count('refused')} refused, ${count('unknown')} unknown; ` +
      `${run.told.size} events streamed, ${receiver.received.length} webhooks and ${smtp.received.length} mails received`,
  );
  const failed = results.filter((result) => result.wrong.length > 0);
  if (wrong.length + failed.length === 0) {
    say('Nothing was lost, doubled, oversold or told that is not there.');
    return true;
  }
  for (const { seed: again, fault } of failed) {
    say(
      `Repeat with --rounds 1 --seed ${again}${options.fault === null ? '' : ` --fault '${fault}'`}.`,
    );
  }
  return false;
}

interface Run {
  readonly pair: PostgresPair;
  readonly shop: PairedShop;
  readonly customers: readonly UserCaller[];
  readonly admin: UserCaller;
  readonly history: Placing[];
  /** The events of all streams. */
  readonly told: Set<string>;
  /** What was found: it is reported once, although it stays wrong. */
  readonly found: Set<string>;
  /** Changes with each promotion. */
  primary: Member;
}

/** One round, with the line that describes it. */
interface Round extends RoundResult {
  readonly line: string;
  /** Whether the run ends with it. */
  readonly isOver: boolean;
}

async function runRound(run: Run, names: readonly string[], seed: number): Promise<Round> {
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
function takeNew({ found }: Run, sentences: readonly string[]): string[] {
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

function chooseFaults(fault: string | null): readonly string[] {
  const names = Object.keys(faults);
  if (fault === null) return names;
  if (names.includes(fault)) return [fault];
  throw new Error(`--fault must be one of: ${names.join('; ')}.`);
}

function signIn({ servers, issueToken }: PairedShop, user: UserCaller) {
  return createSession(servers[0]!.url, {
    email: '',
    password: '',
    accessToken: issueToken(user),
    userId: user.id,
  });
}

async function findUntold(database: Database, told: ReadonlySet<string>): Promise<string[]> {
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

/** Verifies the log by its seals, as an operator does. */
async function verifyLog({ environment }: PairedShop): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand(['verify-log'], { environment });
  return code === 0 ? [] : [`verify-log: ${stdout}${stderr}`];
}

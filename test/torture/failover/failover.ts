import { runCommand } from '../../support/command.ts';
import { say } from '../say.ts';
import { brokenInvariants } from '../verify.ts';
import { drain, findWrongDeliveries, unfinishedJobs } from '../verify-work.ts';
import { faults } from './faults.ts';
import { findViolations } from './history.ts';
import { openRun, type Run, type RunOptions } from './open-run.ts';
import { findUntold, runRound, takeNew } from './round.ts';
import { findWrongMails, readOrders } from './stored.ts';
import { formatTable, type RoundResult } from './table.ts';

export interface FailoverOptions extends RunOptions {
  readonly rounds: number;
  readonly seed: number;
  /** The only kind of fault; null for all. */
  readonly fault: string | null;
  /** Ends the run after its round. */
  readonly signal: AbortSignal;
}

/**
 * Runs servers of the product on a primary with a synchronous standby under load, and takes the primary, the standby or
 * the ways between them away, round by round. Compares what every client saw with the database after each round, and in
 * the end also what was told outside. Returns whether everything is right.
 */
export async function tortureFailover(options: FailoverOptions): Promise<boolean> {
  const { rounds, seed, signal } = options;
  const names = chooseFaults(options.fault);
  await using stack = new AsyncDisposableStack();
  const run = await openRun(stack, options);
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
  const wrong = await verifyEnd(run);
  for (const sentence of wrong) say(`WRONG in the end: ${sentence}`);
  for (const line of formatTable(results)) say(line);
  say(describeRun(run));
  const failed = results.filter((result) => result.wrong.length > 0);
  for (const { seed: again, fault } of failed) {
    say(`Repeat it with --rounds 1 --seed ${again}, and --fault '${fault}' if that was given.`);
  }
  const isRight = wrong.length + failed.length === 0;
  if (isRight) say('Nothing was lost, doubled, oversold or told that is not there.');
  return isRight;
}

/** Waits until all work is done, and returns one sentence for everything that is wrong then. */
async function verifyEnd(run: Run): Promise<string[]> {
  const { shop, receiver, smtp, history, told } = run;
  const database = shop.open(run.primary);
  const undone = await drain(database, new AbortController().signal).then(
    () => [],
    (error: Error) => [error.message],
  );
  return takeNew(run, [
    ...undone,
    ...findViolations(history, await readOrders(database), { isSettled: true }),
    ...(await findUntold(database, told)),
    ...(await findWrongDeliveries(database, { after: 0, ...receiver })),
    ...(await findWrongMails(database, smtp)),
    ...(await unfinishedJobs(database)),
    ...(await brokenInvariants(database)),
    ...(await verifyLog(run)),
  ]);
}

function describeRun({ history, told, receiver, smtp }: Run): string {
  const count = (wanted: string) => history.filter(({ outcome }) => outcome === wanted).length;
  return `${count('ok')} orders acknowledged, ${count('refused')} refused, ${count('unknown')} unknown; ${told.size} events streamed, ${receiver.received.length} webhooks and ${smtp.received.length} mails received`;
}

function chooseFaults(fault: string | null): readonly string[] {
  const names = Object.keys(faults);
  if (fault === null) return names;
  if (names.includes(fault)) return [fault];
  throw new Error(`--fault must be one of: ${names.join('; ')}.`);
}

/** Verifies the log by its seals, as an operator does. */
async function verifyLog({ shop: { environment } }: Run): Promise<string[]> {
  const { code, stdout, stderr } = await runCommand(['verify-log'], { environment });
  return code === 0 ? [] : [`verify-log: ${stdout}${stderr}`];
}

import type { UserCaller } from '../../../src/shared/caller.ts';
import { addUser } from '../../support/shop.ts';
import { pickRandom } from '../history.ts';
import { say } from '../say.ts';
import { openLongShop } from './long-shop.ts';
import { RunFolder, type RunState, type Stretch } from './state.ts';
import { runStretch } from './stretch.ts';
import { countKills, countKillsOf, countOperations, summarise } from './summary.ts';

export interface LongOptions {
  readonly operations: number;
  readonly kills: number;
  readonly stretchOperations: number;
  readonly folder: string;
  /** Continues the run of the folder, whose numbers and seed count. */
  readonly resume: boolean;
  readonly seed: number;
  readonly clients: number;
  /** Ends the run; the present stretch is lost. */
  readonly signal: AbortSignal;
}

const CUSTOMERS = 240;

/**
 * Runs the whole product under load and kills until so many operations have been acknowledged, in stretches that are
 * checked and recorded one by one. Returns whether everything is right.
 */
export async function tortureLong(options: LongOptions): Promise<boolean> {
  const { signal, clients } = options;
  const folder = new RunFolder(options.folder);
  const state = beginOrResume(folder, options);
  say(
    `seed ${state.seed}: ${state.operations} operations, ${state.kills} kills, ${countOperations(state)} and ${countKills(state)} done, in ${options.folder}`,
  );
  try {
    await using stack = new AsyncDisposableStack();
    const shop = await openLongShop(stack, options.folder, state, signal);
    folder.write(state);
    const customers: UserCaller[] = [];
    while (customers.length < CUSTOMERS) {
      customers.push(await addUser(shop.database, { vip: customers.length % 8 === 0 }));
    }
    while (countOperations(state) < state.operations && isRight(state)) {
      const plan = planStretch(state);
      say(
        `stretch ${plan.number}, seed ${plan.seed}: ${plan.operations} operations, ${plan.kills} kills`,
      );
      const { stretch, history, samples } = await runStretch(shop, {
        ...plan,
        clients,
        customers,
        signal,
      });
      folder.writeStretch(plan.number, history, samples);
      state.stretches.push(stretch);
      folder.write(state);
      folder.writeSummary(state, summarise(state));
      sayStretch(stretch);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    say('stopped; continue with --resume');
  }
  process.stdout.write(summarise(state));
  return isRight(state);
}

function beginOrResume(folder: RunFolder, options: LongOptions): RunState {
  const found = folder.read();
  if (options.resume) {
    if (found === null) throw new Error(`There is no run in ${options.folder} to resume.`);
    return found;
  }
  if (found !== null) throw new Error(`${options.folder} contains a run. Use --resume.`);
  const { seed, operations, kills, stretchOperations } = options;
  const state = { seed, operations, kills, stretchOperations, endpoint: null, stretches: [] };
  folder.write(state);
  return state;
}

/** Each stretch has its own seed, which follows from that of the run. */
function planStretch(state: RunState) {
  const number = state.stretches.length + 1;
  const left = state.operations - countOperations(state);
  const operations = Math.min(state.stretchOperations, left);
  const kills = Math.max(0, Math.ceil(((state.kills - countKills(state)) * operations) / left));
  const seed = Math.floor(pickRandom(state.seed + number)() * 1_000_000_000);
  return { number, seed, operations, kills };
}

const isRight = ({ stretches }: RunState) => stretches.every(({ found }) => found.length === 0);

function sayStretch(stretch: Stretch): void {
  const { total, loadSeconds, checkSeconds, orders, p50Ms, p99Ms, last, found } = stretch;
  say(
    `  ${total.ok} ok, ${total.refused} refused, ${total.unknown} unknown, ${orders} orders, ${countKillsOf(stretch)} kills; ` +
      `${Math.round(total.ok / loadSeconds)} operations/s, p50 ${p50Ms} ms, p99 ${p99Ms} ms, ${last.diskMib} MiB; ` +
      `${loadSeconds} s and ${checkSeconds} s to check: ${found.length === 0 ? 'nothing found' : 'WRONG'}`,
  );
  for (const sentence of found) say(`WRONG: ${sentence}`);
}

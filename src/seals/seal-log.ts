import { findAuditEnd } from '../audit/index.ts';
import type { Database, Transaction } from '../database/database.ts';
import { findSettledEnd } from '../events/index.ts';
import { bringIntoPersonalForm } from './bring-into-personal-form.ts';
import { FORMAT } from './canonical-row.ts';
import { countRows, getPosition } from './leaf-list.ts';
import { computeRoot } from './merkle-root.ts';
import { findChainEnd, insertSeal, readLeaves } from './queries.ts';
import { hashSeal, type LogName, logNames, NO_SEAL, type Seal } from './seal.ts';
import type { SealKeys } from './seal-keys.ts';

/** Rows of one seal. So many are read and hashed in some 30 ms. */
const ROWS_MAX = 4_096;

/**
 * Is called with each new seal in the transaction that inserts it. Returns what is done after the commit. Must not write to
 * `events` or `audit`: a seal would cause the next one.
 */
export type SealListener = (tx: Transaction, seal: Seal) => Promise<() => Promise<void>>;

export interface SealingParts {
  readonly database: Database;
  readonly keys: SealKeys;
  readonly onSeal?: SealListener;
}

/** What one run did. */
export interface SealingReport {
  readonly seals: number;
  readonly rows: Readonly<Record<LogName, number>>;
  /** Null: nothing was sealed. */
  readonly newest: Seal | null;
  /** The logs to which a transaction goes on writing: nothing of them was sealed. */
  readonly unsettled: readonly LogName[];
}

/**
 * Seals the rows of both logs that were committed before, in slices, each of which is complete in itself. Ends early when
 * `signal` aborts, or when another server seals at the same time, which then goes on.
 */
export async function sealLogs(parts: SealingParts, signal: AbortSignal): Promise<SealingReport> {
  const { database } = parts;
  const ends = {
    events: await findSettledEnd(database),
    audit: await findSettledEnd(database, { name: 'audit', findEnd: findAuditEnd }),
  };
  // Rows in the old form are not sealed, and those up to the ends are visible by now.
  await bringIntoPersonalForm(database, signal);
  const rows = { events: 0, audit: 0 };
  const unsettled = logNames.filter((log) => ends[log] === null);
  let [seals, newest]: [number, Seal | null] = [0, null];
  for (const log of logNames) {
    const end = ends[log];
    while (end !== null && !signal.aborted) {
      const seal = await sealSlice(parts, log, end);
      if (seal === 'none') break;
      if (seal === 'overtaken') return { seals, rows, newest, unsettled };
      seals += 1;
      rows[log] += seal.rows;
      newest = seal;
    }
  }
  return { seals, rows, newest, unsettled };
}

/** Seals the next rows of a log, if there are any and no other server has sealed meanwhile. */
async function sealSlice(
  { database, keys, onSeal }: SealingParts,
  log: LogName,
  end: number,
): Promise<Seal | 'none' | 'overtaken'> {
  const sealed = await database.transaction(async (tx) => {
    const [chain] = await findChainEnd(tx, log);
    const [slice] = await readLeaves[FORMAT]![log](tx, chain!.after, end, ROWS_MAX);
    const { leaves, at } = slice!;
    if (leaves === null) return 'none';
    const rows = countRows(leaves);
    const content = {
      number: chain!.number + 1,
      format: FORMAT,
      log,
      previous: chain!.hash ?? NO_SEAL,
      rows,
      first: getPosition(leaves, 0),
      last: getPosition(leaves, rows - 1),
      root: computeRoot(leaves),
      at: at.toISOString(),
    };
    const hash = hashSeal(content);
    const seal: Seal = { ...content, hash, signature: keys.sign(hash) };
    const [inserted] = await insertSeal(tx, JSON.stringify(content), hash, seal.signature, leaves);
    if (inserted === undefined) return 'overtaken';
    return { seal, afterCommit: await onSeal?.(tx, seal) };
  });
  if (typeof sealed === 'string') return sealed;
  await sealed.afterCommit?.();
  return sealed.seal;
}

import type { Database } from '../../database/database.ts';
import type { Queryable } from '../../database/statement.ts';
import { findNewestNumber, findUnsealed } from '../queries.ts';
import { findSealedRows, listNewestSeals, listSeals, readRows, toSeal } from '../read-seals.ts';
import { type LogName, logNames, type Seal } from '../seal.ts';
import type { SealKeys } from '../seal-keys.ts';
import { type AnchorResult, compareAnchor } from './compare-anchor.ts';
import { compareChain } from './compare-chain.ts';
import {
  createLogComparison,
  type LogReader,
  type PositionRange,
  type SealWithLeaves,
} from './compare-log.ts';
import { createFindings, type Finding, type FindingKind } from './finding.ts';
import { type JudgedChain, judgeChain } from './judge-chain.ts';
import {
  findBeneath,
  findLeafAs,
  findPeriod,
  findSealEnd,
  findSealHashes,
  findSealNumber,
  findSealsWithLeaves,
} from './queries.ts';
import { START } from './row-cursor.ts';

export interface VerificationInput {
  readonly keys: SealKeys;
  /** Rows from this time on are compared. Default: all. */
  readonly from?: string | undefined;
  /** Rows before this time are compared. Default: all. */
  readonly to?: string | undefined;
  /** Seals that were kept elsewhere. */
  readonly anchor?: AsyncIterable<readonly Seal[]> | undefined;
  readonly onProgress?: ((what: 'seals' | 'rows', done: number, total: number) => void) | undefined;
}

export interface Verification {
  /** Whether everything is as it was sealed. */
  readonly whole: boolean;
  readonly seals: number;
  readonly newest: Pick<Seal, 'number' | 'at'> | null;
  /** How many rows were compared. */
  readonly rows: Readonly<Record<LogName, number>>;
  /** How many rows are not sealed yet, and the age of the oldest; null: there is none. */
  readonly unsealed: Readonly<
    Record<LogName, { readonly rows: number; readonly oldestSeconds: number | null }>
  >;
  readonly anchor: AnchorResult | null;
  /** The first ones. */
  readonly findings: readonly Finding[];
  /** How many there are of each kind, with those that are not listed. */
  readonly counts: Readonly<Partial<Record<FindingKind, number>>>;
}

const NO_LEAVES = Buffer.alloc(0);
/** Finding the positions of a period may read a whole log. */
const LONG_QUERY_MS = 1_800_000;
/** Beyond all positions, and still a bigint. */
const FAR = -START;

/**
 * Compares everything that was sealed, or the rows of a period, with its seals. It reads in slices, so that memory is bounded
 * and no snapshot is held: what was sealed does not change. Throws `UnknownFormatError`.
 */
export async function verifyLog(
  database: Database,
  { keys, from, to, anchor, onProgress = () => {} }: VerificationInput,
): Promise<Verification> {
  const findings = createFindings();
  const readLeaves = async (number: number) =>
    (await findSealedRows(database, number)) ?? NO_LEAVES;
  const [newest] = await listNewestSeals(database, 1);
  // Before the chain is read, because it may become longer meanwhile.
  const [ever] = await findNewestNumber(database);
  const chain = await judgeChain(
    {
      readSeals: (after, limit) => listSeals(database, after, limit),
      readLeaves,
      findNumber: async (hash) => (await findSealNumber(database, hash))[0]?.number ?? null,
    },
    keys.verify,
    findings,
    (done) => onProgress('seals', done, newest?.number ?? 0),
  );

  const last = Math.max(chain.last, ...chain.exceptions.map(({ seal }) => seal?.number ?? 0));
  if (ever !== undefined && ever.number > last) {
    findings.add({ kind: 'seal_missing', first: last + 1, last: ever.number });
  }

  const compared =
    anchor === undefined
      ? null
      : await compareAnchor(
          anchor,
          { last: chain.last, findHashes: (numbers) => findHashes(database, chain, numbers) },
          keys.verify,
          findings,
        );

  const ranges = await findRanges(database, from, to);
  const ofLog = (log: LogName) =>
    createLogComparison(log, createLogReader(database, log), ranges[log], findings);
  const logs = { events: ofLog('events'), audit: ofLog('audit') };
  let done = 0;
  await compareChain(
    chain,
    {
      readLeaves,
      readSealsWithLeaves: (after, upTo, rows) =>
        readSealsWithLeaves(database, ranges, after, upTo, rows),
    },
    logs,
    findings,
    ({ rows }) => {
      done += rows;
      onProgress('rows', done, chain.rows);
    },
  );
  const rows = { events: await logs.events.end(), audit: await logs.audit.end() };

  const counts = findings.counts();
  return {
    whole: Object.keys(counts).length === 0,
    seals: chain.seals,
    newest: chain.newest,
    rows,
    unsealed: await readUnsealed(database),
    anchor: compared,
    findings: findings.list(),
    counts,
  };
}

type Ranges = Readonly<Record<LogName, PositionRange>>;

async function findRanges(
  database: Database,
  from: string | undefined,
  to: string | undefined,
): Promise<Ranges> {
  if (from === undefined && to === undefined) {
    const everything = { first: START, last: FAR };
    return { events: everything, audit: everything };
  }
  const findRange = async (db: Queryable, log: LogName): Promise<PositionRange> => {
    const [period] = await findPeriod[log](db, from ?? '-infinity', to ?? 'infinity');
    const [first, last] = [period!.first ?? START, period!.last ?? FAR];
    const [end] = await findSealEnd(db, log, Math.max(first, last));
    return { first: Math.min(first, last), last: end!.last ?? FAR };
  };
  return database.snapshot(
    async (db) => ({
      events: await findRange(db, 'events'),
      audit: await findRange(db, 'audit'),
    }),
    LONG_QUERY_MS,
  );
}

function createLogReader(database: Database, log: LogName): LogReader {
  return {
    readLeaves: (format, after, limit) =>
      readRows(database, { format, log, after, upTo: FAR, limit }),
    findBeneath: (position) => findBeneath[log](database, position),
    async readLeafAs(format, position, other) {
      const [row] = await findLeafAs[format]![log](database, position, other);
      return row?.leaf;
    },
  };
}

async function readSealsWithLeaves(
  database: Database,
  ranges: Ranges,
  after: number,
  upTo: number,
  rows: number,
): Promise<SealWithLeaves[]> {
  const firsts = logNames.map((log) => ranges[log].first);
  const lasts = logNames.map((log) => ranges[log].last);
  const seals = await findSealsWithLeaves(database, after, upTo, rows, logNames, firsts, lasts);
  return seals.map(({ leaves, ...row }) => ({ ...toSeal(row), leaves: leaves ?? NO_LEAVES }));
}

/** Returns the hashes of stored seals by the numbers under which they were signed. */
async function findHashes(
  database: Database,
  { exceptions }: JudgedChain,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const stored = await findSealHashes(database, numbers);
  const hashes = new Map(stored.map(({ number, hash }) => [number, hash]));
  for (const { seal } of exceptions) if (seal !== null) hashes.set(seal.number, seal.hash);
  return hashes;
}

async function readUnsealed(database: Database): Promise<Verification['unsealed']> {
  const found = await database.snapshot((db) => findUnsealed(db), LONG_QUERY_MS);
  const ofLog = (name: LogName) => {
    const { rows, oldestSeconds } = found.find(({ log }) => log === name)!;
    return { rows, oldestSeconds: rows === 0 ? null : oldestSeconds };
  };
  return { events: ofLog('events'), audit: ofLog('audit') };
}

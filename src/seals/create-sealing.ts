import type { Schedule } from '../jobs/index.ts';
import type { DetailedLog } from '../shared/log.ts';
import { createLabelledTally, type Tally } from '../shared/tally.ts';
import { findLoss, findSealLag } from './queries.ts';
import { logNames, type Seal } from './seal.ts';
import { type SealingParts, sealLogs } from './seal-log.ts';

/** Rows that are older than so many intervals should have been sealed. */
const LATE_INTERVALS = 10;

export interface SealingOptions extends SealingParts {
  readonly everySeconds: number;
  readonly log: Pick<DetailedLog, 'info' | 'warn' | 'error'>;
}

/** The sealing of a process. */
export interface Sealing {
  readonly schedule: Schedule;
  readonly tally: Tally;
  /** Returns the age of the oldest row that is not sealed, 0 if there is none. */
  lagSeconds(): Promise<number>;
  /** Returns whether it is known that seals are gone. Only verification finds all that are. */
  areSealsMissing(): Promise<boolean>;
}

export function createSealing(options: SealingOptions): Sealing {
  const { database, keys, everySeconds, log, onSeal } = options;
  const tally = createLabelledTally({
    name: 'log_rows_sealed_total',
    help: 'Rows of the log and the audit that this server has sealed.',
    label: 'log',
    values: logNames,
  });

  const parts: SealingParts = {
    database,
    keys,
    async onSeal(tx, seal) {
      const afterCommit = await onSeal?.(tx, seal);
      return async () => {
        tally.counts[seal.log] += seal.rows;
        await afterCommit?.();
      };
    },
  };

  async function lagSeconds(): Promise<number> {
    const [oldest] = await findSealLag(database);
    return oldest?.seconds ?? 0;
  }

  /** The newest that this process made. Who removes seals may also lower the database's record of the newest, but not this one. */
  let made: Pick<Seal, 'number' | 'hash'> | null = null;
  let isMissingTold = false;

  async function areSealsMissing(): Promise<boolean> {
    const [found] = await findLoss(database, made?.number ?? null, made?.hash ?? null);
    return found!.isLost;
  }

  async function run(signal: AbortSignal): Promise<void> {
    const isMissing = await areSealsMissing();
    if (isMissing && !isMissingTold) {
      log.error({ newest: made }, 'seals of the log are gone: "holdfast verify-log" says which');
    }
    isMissingTold = isMissing;
    const { seals, rows, newest, unsettled } = await sealLogs(parts, signal);
    if (newest !== null) {
      // Also an anchor, where the lines of the log are kept elsewhere.
      const { number, hash, at } = newest;
      if (!isMissing) made = { number, hash };
      log.info({ seals, rows, seal: { number, hash, at } }, 'the log was sealed');
    }
    if (unsettled.length === 0) return;
    const lag = await lagSeconds();
    if (lag > LATE_INTERVALS * everySeconds) {
      log.warn(
        { logs: unsettled, seconds: Math.round(lag) },
        'the log is not sealed, because a transaction has been writing to it for long',
      );
    }
  }

  return {
    schedule: {
      name: 'seals.seal-logs',
      everyMs: everySeconds * 1_000,
      // What exists already is sealed as soon as possible.
      runsAtStart: true,
      run,
    },
    tally,
    lagSeconds,
    areSealsMissing,
  };
}

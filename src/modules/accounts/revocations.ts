import type { Database } from '../../database/database.ts';
import { createRecurringTask } from '../../shared/background/recurring-task.ts';
import type { Role } from '../../shared/caller.ts';
import type { Clock } from '../../shared/clock.ts';
import { unavailable } from '../../shared/common-errors.ts';
import { findRevocations, type RevocationRow } from './session-queries.ts';

/**
 * Longer than any transaction of ours can last: rows are stamped before they are committed, so each look reaches back
 * over the one before.
 */
const OVERLAP_SECONDS = 60;

/** What a user may do now, whatever his tokens say. */
export interface CurrentAccess {
  readonly role: Role;
  readonly vip: boolean;
  readonly disabled: boolean;
  /** When it became so, by the database's clock. */
  readonly atMs: number;
}

/**
 * What has been revoked within the lifetime of an access token: kept in memory so that no request asks the database,
 * and read anew every `pollMs`. Older revocations need no keeping, since the tokens that they concern have expired.
 */
export interface Revocations {
  /** The database's time: a server whose own clock is wrong judges expiry like the others. */
  nowMs(): number;
  /** Whether what is known here is recent enough to be trusted. */
  isFresh(): boolean;
  /** Reads now, or waits for the reading that is under way. Throws `service.unavailable` when that brings nothing fresh. */
  refresh(): Promise<void>;
  hasEnded(familyId: string): boolean;
  findAccess(userId: string): CurrentAccess | undefined;
  /** Makes a change of this server count here at once; the others read it. */
  endFamilies(familyIds: readonly string[]): void;
  changeAccess(userId: string, access: CurrentAccess): void;
  start(): void;
  stop(): Promise<void>;
}

export interface RevocationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly accessLifetimeSeconds: number;
  readonly pollMs: number;
  /** How old the last reading may be before nobody is let in on it. */
  readonly staleMs: number;
  readonly onError: (error: unknown) => void;
}

export function createRevocations(options: RevocationOptions): Revocations {
  const { database, clock, pollMs, staleMs, onError } = options;
  const keptSeconds = options.accessLifetimeSeconds + OVERLAP_SECONDS;
  const families = new Map<string, number>();
  const users = new Map<string, CurrentAccess>();
  let clockOffsetMs = 0;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const nowMs = (): number => clock.now().getTime() + clockOffsetMs;
  const isFresh = (): boolean => performance.now() - readAtMs < staleMs;

  async function read(): Promise<void> {
    const startedAtMs = performance.now();
    const sinceLastSeconds = (startedAtMs - readAtMs) / 1000;
    const rows = await findRevocations(
      database,
      Math.min(keptSeconds, sinceLastSeconds + OVERLAP_SECONDS),
    );
    for (const row of rows) applyRows(row);
    prune();
    // What is known is as old as the question, not as the answer.
    readAtMs = startedAtMs;
  }

  function applyRows(row: RevocationRow): void {
    const atMs = row.at.getTime();
    if (row.kind === 'clock') clockOffsetMs = atMs - clock.now().getTime();
    else if (row.kind === 'family') families.set(row.id!, atMs);
    else changeAccess(row.id!, { role: row.role!, vip: row.vip!, disabled: row.disabled!, atMs });
  }

  function changeAccess(userId: string, access: CurrentAccess): void {
    const known = users.get(userId);
    // A reading that was under way while this server made a change brings the state before it.
    if (known === undefined || known.atMs <= access.atMs) users.set(userId, access);
  }

  function prune(): void {
    const oldestMs = nowMs() - keptSeconds * 1000;
    for (const [id, atMs] of families) if (atMs < oldestMs) families.delete(id);
    for (const [id, { atMs }] of users) if (atMs < oldestMs) users.delete(id);
  }

  async function refresh(): Promise<void> {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      await reading;
    } catch (error) {
      throw unavailable(error);
    }
    if (!isFresh()) throw unavailable(new Error('the revocations took too long to read'));
  }

  const polling = createRecurringTask({
    firstWaitMs: pollMs,
    retryMs: pollMs,
    onError,
    async work() {
      await refresh();
      return pollMs;
    },
  });

  return {
    nowMs,
    isFresh,
    refresh,
    hasEnded: (familyId) => families.has(familyId),
    findAccess: (userId) => users.get(userId),
    endFamilies(familyIds) {
      for (const id of familyIds) families.set(id, nowMs());
    },
    changeAccess,
    start: polling.start,
    async stop() {
      await polling.stop();
      await reading?.catch(() => {});
    },
  };
}

import type { Database } from '../../../database/database.ts';
import { createRecurringTask } from '../../../shared/background/recurring-task.ts';
import type { Role } from '../../../shared/caller.ts';
import type { Clock } from '../../../shared/clock.ts';
import { unavailable } from '../../../shared/common-errors.ts';
import { findRevocations, type RevocationRow } from './revocation-queries.ts';

/**
 * Longer than any of our transactions can last. Rows are stamped before they are committed, so each read overlaps the
 * one before.
 */
const OVERLAP_SECONDS = 60;

/** A user's current access, which overrides the claims of their tokens. */
export interface CurrentAccess {
  readonly role: Role;
  readonly vip: boolean;
  readonly disabled: boolean;
  readonly passwordChangeRequired: boolean;
  /** When it changed, by the database's clock. */
  readonly atMs: number;
}

/**
 * Revocations within the lifetime of an access token, kept in memory so that requests need no query, and read again
 * every `pollMs`. Older revocations are dropped, since the tokens that they concern have expired.
 */
export interface Revocations {
  /** Returns the database's time, so that a server with a wrong clock judges expiry like the others. */
  nowMs(): number;
  /** Returns whether the last read is recent enough to rely on. */
  isFresh(): boolean;
  /** Reads now, or waits for the read in progress. Throws `service.unavailable` if the result is not fresh. */
  refresh(): Promise<void>;
  /** Returns whether a session was ended: by itself, or with all sessions that began in an earlier epoch. */
  hasEnded(familyId: string, epoch: number): boolean;
  /** Returns whether access tokens of this generation of a session are spent, because a later one has begun. */
  isSpent(familyId: string, generation: number): boolean;
  findAccess(userId: string): CurrentAccess | undefined;
  /** Applies a change of this server here at once; the other servers read it. */
  endFamilies(familyIds: readonly string[]): void;
  /** Spends the access tokens of earlier generations of a session. */
  beginGeneration(familyId: string, generation: number): void;
  /** Ends the sessions of all earlier epochs. */
  beginEpoch(epoch: number): void;
  changeAccess(userId: string, access: CurrentAccess): void;
  start(): void;
  stop(): Promise<void>;
}

export interface RevocationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly accessLifetimeSeconds: number;
  readonly pollMs: number;
  /** The maximum age of the last read for admitting callers. */
  readonly staleMs: number;
  readonly onError: (error: unknown) => void;
}

export function createRevocations(options: RevocationOptions): Revocations {
  const { database, clock, pollMs, staleMs, onError } = options;
  const retentionSeconds = options.accessLifetimeSeconds + OVERLAP_SECONDS;
  const families = new Map<string, number>();
  const users = new Map<string, CurrentAccess>();
  const generations = new Map<string, { readonly generation: number; readonly atMs: number }>();
  let currentEpoch = 0;
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
      Math.min(retentionSeconds, sinceLastSeconds + OVERLAP_SECONDS),
    );
    for (const row of rows) applyRow(row);
    prune();
    // The data is as old as the start of the query, not its end.
    readAtMs = startedAtMs;
  }

  function applyRow(row: RevocationRow): void {
    const atMs = row.at.getTime();
    if (row.kind === 'clock') clockOffsetMs = atMs - clock.now().getTime();
    else if (row.kind === 'family') families.set(row.id!, atMs);
    else if (row.kind === 'generation') applyGeneration(row.id!, row.number!, atMs);
    else if (row.kind === 'epoch') beginEpoch(row.number!);
    else changeAccess(row.id!, { ...readAccess(row), atMs });
  }

  function applyGeneration(familyId: string, generation: number, atMs: number): void {
    const known = generations.get(familyId);
    if (known === undefined || known.generation <= generation) {
      generations.set(familyId, { generation, atMs });
    }
  }

  function beginEpoch(epoch: number): void {
    currentEpoch = Math.max(currentEpoch, epoch);
  }

  function changeAccess(userId: string, access: CurrentAccess): void {
    const known = users.get(userId);
    // A read that was in progress while this server made a change returns the state before it.
    if (known === undefined || known.atMs <= access.atMs) users.set(userId, access);
  }

  function prune(): void {
    const oldestMs = nowMs() - retentionSeconds * 1000;
    for (const [id, atMs] of families) if (atMs < oldestMs) families.delete(id);
    for (const [id, { atMs }] of users) if (atMs < oldestMs) users.delete(id);
    for (const [id, { atMs }] of generations) if (atMs < oldestMs) generations.delete(id);
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
    hasEnded: (familyId, epoch) => epoch < currentEpoch || families.has(familyId),
    isSpent: (familyId, generation) => (generations.get(familyId)?.generation ?? 1) > generation,
    findAccess: (userId) => users.get(userId),
    endFamilies(familyIds) {
      for (const id of familyIds) families.set(id, nowMs());
    },
    beginGeneration: (familyId, generation) => applyGeneration(familyId, generation, nowMs()),
    beginEpoch,
    changeAccess,
    start: polling.start,
    async stop() {
      await polling.stop();
      await reading?.catch(() => {});
    },
  };
}

function readAccess(row: RevocationRow): Omit<CurrentAccess, 'atMs'> {
  return {
    role: row.role!,
    vip: row.vip!,
    disabled: row.disabled!,
    passwordChangeRequired: row.passwordChangeRequired!,
  };
}

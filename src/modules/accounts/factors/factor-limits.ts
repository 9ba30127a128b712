import type { Transaction } from '../../../database/database.ts';
import { rateLimited } from '../../../http/index.ts';
import { CodedError } from '../../../shared/errors.ts';
import { newId } from '../../../shared/ids.ts';
import { accountsErrors } from '../errors.ts';
import { countFailures, insertFailure } from './failure-queries.ts';

/** Failures in an hour after which one code a minute is tried. */
const HOUR_MAX = 10;
/** Failures in a day after which no code of an app is tried: a guess would succeed once in 7,000 days. */
const DAY_MAX = 50;

/**
 * Returns why no code of an app may be tried now; null if one may. Passkeys and recovery codes cannot be guessed, so they
 * are always a way in: somebody who knows the password cannot keep the owner out. Called under the lock of the user.
 */
export async function findCodeRefusal(tx: Transaction, userId: string): Promise<CodedError | null> {
  const [failures] = await countFailures(tx, userId);
  const { inHour, inDay, minuteLeftMs, dayLeftMs } = failures!;
  if (inDay >= DAY_MAX) {
    return new CodedError(accountsErrors.codesExhausted, {
      security: { event: 'limit.reached', details: { limit: 'factor', userId } },
      headers: { 'Retry-After': String(Math.max(1, Math.ceil((dayLeftMs ?? 0) / 1000))) },
    });
  }
  if (inHour < HOUR_MAX || minuteLeftMs === null || minuteLeftMs <= 0) return null;
  return rateLimited({ name: 'factor' }, { resetsAfterMs: minuteLeftMs });
}

/** Counts a wrong proof, in a transaction that is committed although the proof is refused. */
export async function recordFailure(tx: Transaction, userId: string): Promise<void> {
  await insertFailure(tx, newId(), userId, DAY_MAX);
}

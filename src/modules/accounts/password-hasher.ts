import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { unavailable } from '../../shared/common-errors.ts';

/**
 * Argon2id (the package's default algorithm) with 19 MiB, two passes, one lane.
 * Source: OWASP Password Storage Cheat Sheet, "Argon2id".
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** About two seconds of work at 20 ms a hash; who comes later is told to come back. */
const WAITING_MAX = 100;

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Without a hash (there is no such account) it takes the same time and is false. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/**
 * A hash costs 20 ms of a core and 19 MiB on purpose, so few run at once and the line is bounded: beyond it
 * `service.unavailable`, before a flood of logins takes the cores from the orders.
 */
export function createPasswordHasher(
  concurrencyMax = Math.max(1, Math.min(4, availableParallelism() - 1)),
): PasswordHasher {
  const limit = pLimit(concurrencyMax);
  let dummyHash: Promise<string> | undefined;

  function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= WAITING_MAX) {
      return Promise.reject(unavailable(new Error('the line before password hashing is full')));
    }
    return limit(work);
  }

  return {
    hash: (password) => bounded(() => hash(canonical(password), PARAMETERS)),
    async verify(passwordHash, password) {
      dummyHash ??= hash('the password of nobody', PARAMETERS);
      const against = passwordHash ?? (await dummyHash);
      const matches = await bounded(() => verify(against, canonical(password)));
      return matches && passwordHash !== undefined;
    },
  };
}

/** One password whatever keyboard composed its letters. Source: RFC 8265 §4.2 (OpaqueString). */
function canonical(password: string): string {
  return password.normalize('NFC');
}

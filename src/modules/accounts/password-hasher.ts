import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { unavailable } from '../../shared/common-errors.ts';

/**
 * Argon2id (the package's default algorithm) with 19 MiB, two passes, one lane.
 * Source: OWASP Password Storage Cheat Sheet, "Argon2id".
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** About two seconds of work at 20 ms a hash. Beyond that, callers are asked to try again later. */
const WAITING_MAX = 100;

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** Without a hash (no such account), returns false after the same time. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
  /** Returns whether a hash was made by another function, or with weaker parameters than new ones. */
  isOutdated(passwordHash: string): boolean;
}

/**
 * Creates a password hasher. A hash deliberately costs 20 ms of a core and 19 MiB, so few run at once and the queue is
 * limited. If it is full, calls fail with `service.unavailable`, before a flood of logins takes the cores from the
 * orders.
 */
export function createPasswordHasher(
  concurrencyMax = Math.max(1, Math.min(4, availableParallelism() - 1)),
): PasswordHasher {
  const limit = pLimit(concurrencyMax);
  let dummyHash: Promise<string> | undefined;

  function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= WAITING_MAX) {
      return Promise.reject(unavailable(new Error('the queue for password hashing is full')));
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
    isOutdated,
  };
}

/** Source of the form: the PHC string format, "Argon2 Encoding". */
const ENCODED = /^\$argon2id\$v=(\d+)\$m=(\d+),t=(\d+),p=\d+\$/;
const ARGON2_VERSION = 19;

function isOutdated(passwordHash: string): boolean {
  const [, version, memoryCost, timeCost] = (ENCODED.exec(passwordHash) ?? []).map(Number);
  if (version === undefined || memoryCost === undefined || timeCost === undefined) return true;
  return (
    version < ARGON2_VERSION || memoryCost < PARAMETERS.memoryCost || timeCost < PARAMETERS.timeCost
  );
}

/**
 * Returns the same text however a keyboard composed the letters. Not NFKC, which would also equate different characters,
 * and make hashes of passwords that contain them unusable. Source: RFC 8265 §4.2 (OpaqueString).
 */
function canonical(password: string): string {
  return password.normalize('NFC');
}

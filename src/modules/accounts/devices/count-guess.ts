import { rateLimited } from '../../../http/index.ts';
import { sha256 } from '../../../shared/canonical-json.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { type Device, findKnownIdentity } from './device.ts';

/**
 * Tries a password, and counts the attempt per account over all addresses unless it succeeds; `tryPassword` returns
 * null for a wrong password. Counted before, so that attempts at once are not more than the limit. A known device has a
 * count of its own, so that strangers who guess do not keep the owner out. An address without an account is counted
 * like any other. Throws `request.rate_limited`.
 */
export async function countGuess<Result>(
  parts: AccountsParts,
  emailKey: string,
  device: Device | null,
  tryPassword: () => Promise<Result | null>,
): Promise<Result | null> {
  const { guesses } = parts.guessLimits;
  if (guesses === null) return tryPassword();
  const known = device === null ? null : await findKnownIdentity(parts, emailKey, device);
  const take = await guesses.take(buildKey(emailKey, known));
  if (!take.allowed) throw rateLimited({ name: 'account' }, take);
  let isWrong = false;
  try {
    const result = await tryPassword();
    isWrong = result === null;
    return result;
  } finally {
    if (isWrong) take.spend();
    else await take.refund();
  }
}

/** Returns a hash, because e-mail addresses should not be in the store of counters. */
function buildKey(emailKey: string, known: string | null): string {
  return sha256(emailKey, known ?? 'strangers').toString('base64url');
}

import type { Rate, RateLimiter, RateLimiters } from '../../drivers/limits/rate-limiter.ts';
import { createSlowingRateLimiter } from '../../drivers/limits/slowing-rate-limiter.ts';
import { createWaitingRateLimiter } from '../../drivers/limits/waiting-rate-limiter.ts';
import type { GuessLimits } from '../../modules/accounts/index.ts';
import { sha256 } from '../../shared/canonical-json.ts';

/** Failures of one network address over all accounts. */
const ADDRESS_RATE: Rate = { pointsMax: 50, windowSeconds: 900 };
/** Sign-ins with a passkey alone that one network address begins; each leaves a row for five minutes. */
const CHALLENGE_RATE: Rate = { pointsMax: 50, windowSeconds: 900 };
/** Failures of one account over all addresses, before attempts are slowed down. */
const ACCOUNT_RATE: Rate = { pointsMax: 10, windowSeconds: 3_600 };
/** After that, attempts on the account: 2,880 a day, of which an owner never waits for more than 30 seconds. */
const SLOWED_RATE: Rate = { pointsMax: 1, windowSeconds: 30 };

/** The limits on guessing passwords and codes, which count failures, and on beginning sign-ins. */
export interface SignInLimits extends GuessLimits {
  /** Per network address and account; its rate is configured. Null if guessing is not limited. */
  readonly ofPairs: RateLimiter | null;
  /** Per network address. Null if guessing is not limited. */
  readonly ofAddresses: RateLimiter | null;
  /** Per network address: challenges for a passkey alone. Null if guessing is not limited. */
  readonly ofChallenges: RateLimiter | null;
}

/** Creates the limits. A pair that may fail more often than the others allow raises theirs to its own. */
export function createSignInLimits(limiters: RateLimiters, pairRate: Rate | null): SignInLimits {
  if (pairRate === null) {
    return {
      ofPairs: null,
      ofAddresses: null,
      ofChallenges: null,
      guesses: null,
      forgive: async () => {},
    };
  }
  const atLeastPair = (rate: Rate): Rate => ({
    ...rate,
    pointsMax: Math.max(rate.pointsMax, pairRate.pointsMax),
  });
  const create = (name: string, rate: Rate) =>
    createWaitingRateLimiter(limiters.create(name, rate));
  const ofPairs = create('auth', pairRate);
  return {
    ofPairs,
    ofAddresses: create('auth-address', atLeastPair(ADDRESS_RATE)),
    ofChallenges: create('passkey-challenges', atLeastPair(CHALLENGE_RATE)),
    guesses: createSlowingRateLimiter(
      create('auth-account', atLeastPair(ACCOUNT_RATE)),
      create('auth-account-slowed', SLOWED_RATE),
    ),
    forgive: (network, account) => ofPairs.clear(buildPairKey(network, account)),
  };
}

/** Returns a hash, because e-mail addresses should not be in the store of counters. */
export function buildPairKey(network: string, account: string): string {
  return sha256(network, account).toString('base64url');
}

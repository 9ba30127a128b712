import type { RateLimiter } from '../../drivers/limits/rate-limiter.ts';

/** The limits on guessing that need an account, besides those of the HTTP shell. */
export interface GuessLimits {
  /** Counts wrong passwords per account over all addresses; null without a limit. */
  readonly guesses: RateLimiter | null;
  /** Forgets the failures of an address with an account, after the owner proved themself otherwise. */
  forgive(network: string, emailKey: string): Promise<void>;
}

export const noGuessLimits: GuessLimits = { guesses: null, forgive: async () => {} };

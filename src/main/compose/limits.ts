import type { FastifyRequest } from 'fastify';
import type { Rate, RateLimiter, RateLimiters } from '../../drivers/limits/rate-limiter.ts';
import { createWaitingRateLimiter } from '../../drivers/limits/waiting-rate-limiter.ts';
import { clientNetwork, type Limit, type LimitsOf } from '../../http/index.ts';
import { emailKey } from '../../modules/accounts/index.ts';
import { distinctCodes } from '../../modules/pricing/index.ts';
import { isStaff } from '../../shared/caller.ts';
import { sha256 } from '../../shared/canonical-json.ts';
import type { Config } from '../config/config.ts';
import { buildPairKey, type SignInLimits } from '../infrastructure/create-sign-in-limits.ts';
import { limitTable } from '../tables/limit-table.ts';

const SIGNED_IN_FACTOR = 10;
const STAFF_FACTOR = 100;
/** A network may be that of a restaurant or an office, whose guests order from one address. */
const NETWORK_FACTOR = 10;

/** Creates the configured rate limits of a server's operations. */
export function createLimits(
  config: Pick<Config, 'role' | 'rateLimits'>,
  limiters: RateLimiters,
  signIn: Pick<SignInLimits, 'ofPairs' | 'ofAddresses' | 'ofChallenges'>,
): LimitsOf {
  const { checkout, codes, global } = config.rateLimits;
  // A worker serves nothing that is limited.
  if (config.role === 'worker') return () => [];
  const general = global === null ? [] : [globalLimit(limiters, global)];
  const special = {
    auth: [...pairLimits(signIn.ofPairs), ...addressLimits('auth-address', signIn.ofAddresses)],
    'auth-address': addressLimits('auth-address', signIn.ofAddresses),
    'passkey-challenges': addressLimits('passkey-challenges', signIn.ofChallenges),
    checkout: checkout === null ? [] : checkoutLimits(limiters, checkout),
    codes: codes === null ? [] : [codesLimit(limiters, codes)],
  };
  return ({ id }) => {
    const entries = limitTable[id] ?? [];
    const own = entries.flatMap(({ limit: name, counts }) =>
      special[name].map((limit) => ({ ...limit, counts })),
    );
    return [...general, ...own];
  };
}

/** How people get in and stay in. Their failures have limits of their own. */
const WAYS_IN: ReadonlySet<string> = new Set([
  'logIn',
  'beginPasskeyLogIn',
  'verifyLogIn',
  'refreshTokens',
  'forgotPassword',
  'resetPassword',
]);

function globalLimit(limiters: RateLimiters, rate: Rate): Limit {
  const anonymous = limiters.create('anonymous', rate);
  const waysIn = limiters.create('ways-in', multiplyRate(rate, NETWORK_FACTOR));
  const signedIn = limiters.create('signed-in', multiplyRate(rate, SIGNED_IN_FACTOR));
  const staff = limiters.create('staff', multiplyRate(rate, STAFF_FACTOR));
  return {
    name: 'global',
    after: 'caller',
    counting(request) {
      const { caller, operation } = request;
      // Apart, so that those who only look at the menu from the same network sign nobody out.
      if (caller === null && WAYS_IN.has(operation?.id ?? '')) {
        return { limiter: waysIn, key: clientNetwork(request) };
      }
      // Anyone can have many tokens of orders, so these callers count like strangers.
      if (caller === null || caller.kind === 'order') {
        return { limiter: anonymous, key: clientNetwork(request) };
      }
      return { limiter: isStaff(caller) ? staff : signedIn, key: caller.id };
    },
  };
}

/** Counts failures per network address and account, so a stranger's failures never lock the owner out. */
function pairLimits(limiter: RateLimiter | null): readonly Limit[] {
  if (limiter === null) return [];
  return [
    {
      name: 'auth',
      after: 'body',
      counting: (request) => ({
        limiter,
        key: buildPairKey(clientNetwork(request), getAccountKey(request)),
      }),
    },
  ];
}

/**
 * Counts per network address over all accounts, so nobody tries one password, or codes, with many of them. It is secret:
 * others may share the address.
 */
function addressLimits(name: string, limiter: RateLimiter | null): readonly Limit[] {
  if (limiter === null) return [];
  return [
    {
      name,
      isSecret: true,
      after: 'body',
      counting: (request) => ({ limiter, key: clientNetwork(request) }),
    },
  ];
}

/** Returns the account whose password is tried: the caller's, or that of the e-mail address in the body. */
function getAccountKey({ caller, body }: FastifyRequest): string {
  return caller?.id ?? emailKey((body as { email: string }).email);
}

/**
 * Counts customers, and guests by network address, by the e-mail address of their order, and by the order whose token
 * they have. Orders of staff and API keys are exempt.
 */
function checkoutLimits(limiters: RateLimiters, rate: Rate): readonly Limit[] {
  const limiter = createWaitingRateLimiter(limiters.create('checkout', rate));
  const ofNetworks = createWaitingRateLimiter(
    limiters.create('checkout-network', multiplyRate(rate, NETWORK_FACTOR)),
  );
  return [
    {
      name: 'checkout',
      after: 'caller',
      counting(request) {
        const { caller } = request;
        if (isStaff(caller)) return null;
        if (caller?.kind === 'user') return { limiter, key: caller.id };
        return { limiter: ofNetworks, key: clientNetwork(request) };
      },
    },
    {
      name: 'checkout-order',
      after: 'caller',
      counting({ caller }) {
        return caller?.kind === 'order' ? { limiter, key: caller.id } : null;
      },
    },
    {
      name: 'checkout-email',
      isSecret: true,
      after: 'body',
      counting({ caller, body }) {
        const { guest } = (body ?? {}) as { guest?: { email?: string } };
        if (caller !== null || guest?.email === undefined) return null;
        // A hash, because e-mail addresses should not be in the store of counters.
        return { limiter, key: sha256(emailKey(guest.email)).toString('base64url') };
      },
    },
  ];
}

/**
 * Counts the unknown discount codes that customers and strangers name. The points of all codes of a request are taken
 * first, so that concurrent requests cannot try more than the limit: at most the last one tries more codes than points
 * were left, because a request with known codes must not be refused before the limit is used up. Staff and API keys are exempt: they may see the
 * codes, or act for many customers.
 */
function codesLimit(limiters: RateLimiters, rate: Rate): Limit {
  const limiter = createWaitingRateLimiter(limiters.create('codes', rate));
  return {
    name: 'codes',
    after: 'body',
    counting(request) {
      const { caller, body } = request;
      const { discountCodes = null } = (body ?? {}) as { discountCodes?: string[] | null };
      if (discountCodes === null || discountCodes.length === 0 || isStaff(caller)) return null;
      const points = distinctCodes(discountCodes).length;
      return { limiter, key: caller?.id ?? clientNetwork(request), points };
    },
  };
}

function multiplyRate(rate: Rate, factor: number): Rate {
  return { ...rate, pointsMax: rate.pointsMax * factor };
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Take } from '../drivers/limits/rate-limiter.ts';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { App } from './app.ts';
import type { Limit } from './limit.ts';
import { type LimitState, setLimitHeaders, toWholeSeconds } from './limit-headers.ts';

/** The points that a request consumed, to be spent or refunded when its response is known. */
interface Counted extends LimitState {
  readonly limit: Limit;
  readonly take: Take;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The limits that have counted the request so far; null before the first and once the response is known. */
    counted: readonly Counted[] | null;
    /** How many secrets the request names that do not exist, such as discount codes. Limits may count only these. */
    guesses: number;
  }
}

export function decorateLimits(app: App): void {
  app.decorateRequest('counted', null);
  app.decorateRequest('guesses', 0);
}

type LimitHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** The hooks of an operation's limits, undefined where no limit needs one. */
export interface Limiting {
  /** Throws `request.rate_limited`. */
  readonly beforeRefusals: LimitHook | undefined;
  /** Throws `request.rate_limited`. */
  readonly afterBody: LimitHook | undefined;
  /** Runs before the reply is sent, so that the client's next request finds the points up to date. */
  readonly beforeReply: LimitHook | undefined;
}

export function createLimiting(limits: readonly Limit[]): Limiting {
  const mayRefund = limits.some(({ counts }) => counts !== undefined);
  return {
    beforeRefusals: buildCounter(limits.filter(({ after }) => after === 'caller')),
    afterBody: buildCounter(limits.filter(({ after }) => after === 'body')),
    beforeReply: mayRefund ? settle : undefined,
  };
}

function buildCounter(limits: readonly Limit[]): LimitHook | undefined {
  if (limits.length === 0) return undefined;
  return async function count(request, reply) {
    for (const limit of limits) {
      const counting = limit.counting(request);
      if (counting === null) continue;
      const { limiter, key, points } = counting;
      const take = await limiter.take(key, points);
      const { remaining, resetsAfterMs } = take;
      const state = { limit, take, name: limit.name, rate: limiter.rate, remaining, resetsAfterMs };
      request.counted = [...(request.counted ?? []), state];
      setLimitHeaders(reply, request.counted.filter(isStated));
      if (!take.allowed) throw rateLimited(limit, take);
    }
  };
}

async function settle(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { counted } = request;
  if (counted === null) return;
  request.counted = null;
  const outcome = {
    status: reply.statusCode,
    replayed: reply.hasHeader('idempotent-replayed'),
    guesses: request.guesses,
  };
  const states: Counted[] = [];
  for (const state of counted) {
    const { limit, take, rate, remaining } = state;
    const spent = Number(limit.counts?.(outcome) ?? true);
    const unspent = Math.max(0, take.points - spent);
    if (unspent === 0) take.spend();
    else await take.refund(unspent);
    states.push({ ...state, remaining: Math.min(remaining + unspent, rate.pointsMax) });
  }
  setLimitHeaders(reply, states.filter(isStated));
}

function isStated({ limit }: Counted): boolean {
  return limit.isSecret !== true;
}

/** Returns a 429 with the seconds until the limit counts from the beginning. */
export function rateLimited(
  { name }: Pick<Limit, 'name'>,
  { resetsAfterMs }: Pick<Take, 'resetsAfterMs'>,
): CodedError {
  return new CodedError(requestErrors.rateLimited, {
    security: { event: 'limit.reached', details: { limit: name } },
    headers: { 'Retry-After': String(toWholeSeconds(resetsAfterMs)) },
  });
}

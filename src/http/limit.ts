import type { FastifyRequest } from 'fastify';
import type { RateLimiter } from '../drivers/limits/rate-limiter.ts';
import type { Operation } from './operation.ts';

/** The key under which a request is counted, and the rate limiter that counts it. */
export interface Counting {
  readonly limiter: RateLimiter;
  /** Limited in length. */
  readonly key: string;
  /** The most points that the request may cost. Default: 1. */
  readonly points?: number;
}

/** The properties of a reply that decide whether its request counts. */
export interface Outcome {
  readonly status: number;
  /** Whether it is a replayed response. */
  readonly replayed: boolean;
  /** How many secrets it names that do not exist, see `FastifyRequest.guesses`. */
  readonly guesses: number;
}

/** A limit on requests, for example per caller. */
export interface Limit {
  /** The name in headers: lower-case letters and hyphens. */
  readonly name: string;
  /** Whether headers leave it out, because its state tells strangers of somebody else's requests. Default: false. */
  readonly isSecret?: boolean;
  /** When it is counted: `body` if its key is in the body, which is read after all other checks of the request. */
  readonly after: 'caller' | 'body';
  /** Returns null if the limit does not apply to this request. */
  counting(request: FastifyRequest): Counting | null;
  /** Returns whether a request with this outcome counts, or as how many points. By default every request does. */
  readonly counts?: (outcome: Outcome) => boolean | number;
}

/** The limits of an operation, in the order in which they are counted. */
export type LimitsOf = (operation: Operation) => readonly Limit[];

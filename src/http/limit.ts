import type { FastifyRequest } from 'fastify';
import type { RateLimiter } from '../drivers/limits/rate-limiter.ts';
import type { Operation } from './operation.ts';

/** Under whose name a request is counted, and by which rate. */
export interface Counting {
  readonly limiter: RateLimiter;
  /** Bounded in length. */
  readonly key: string;
}

/** What a reply was, as far as it decides whether the request counts. */
export interface Outcome {
  readonly status: number;
  /** It was the stored answer of an earlier request. */
  readonly replayed: boolean;
}

/** A limit on requests, such as so many per caller. */
export interface Limit {
  /** As the headers call it: lower case letters. */
  readonly name: string;
  /** Whether its key stands in the body, which is read after all other checks of the request. */
  readonly after: 'caller' | 'body';
  /** Null when the limit does not hold for this request. */
  counting(request: FastifyRequest): Counting | null;
  /** Whether a request that was answered so counts. Without it every request does. */
  readonly counts?: (outcome: Outcome) => boolean;
}

/** The limits of an operation, in the order in which they are counted. */
export type LimitsOf = (operation: Operation) => readonly Limit[];

import type { FastifyRequest } from 'fastify';
import type { Claim } from '../database/idempotency.ts';
import {
  type Author,
  type Caller,
  type Cause,
  type Origin,
  type Source,
  toActor,
} from '../shared/caller.ts';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { findAddress } from './client-address.ts';
import { getTrace } from './request-identity.ts';

/** Who makes a request, and what its use case needs of it. */
export interface RequestContext extends Author {
  readonly caller: Caller;
  /** The claim of the Idempotency-Key; null without one. */
  readonly claim: Claim | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if not signed in. Set before the body is read. */
    caller: Caller | null;
    /** What identified the caller; null if not signed in. */
    callerBy: 'bearer' | 'cookie' | null;
    /** Set for POST and PATCH of a signed-in caller with an Idempotency-Key. */
    claim: Claim | null;
    /** The W3C trace id of the request: from its `traceparent`, or new. */
    traceId: string;
  }
}

/** Throws `auth.unauthenticated` without a caller, which cannot happen if the access rule has roles. */
export function requireCaller(request: FastifyRequest): Caller {
  if (request.caller === null) throw new CodedError(authErrors.unauthenticated);
  return request.caller;
}

export function buildContext(request: FastifyRequest): RequestContext {
  const caller = requireCaller(request);
  return {
    caller,
    actor: toActor(caller),
    ...buildSource(request),
    claim: request.claim,
  };
}

/** Returns what is known of the author of a change before the use case knows who it is, as at a sign-up. */
export function buildSource(request: FastifyRequest): Source {
  return { cause: buildCause(request), origin: new RequestOrigin(request) };
}

export function buildCause(request: FastifyRequest): Cause {
  const { traceId, spanId } = getTrace(request.raw);
  return {
    requestId: request.id,
    traceId,
    ...(spanId === null ? {} : { spanId }),
    ...(request.claim === null ? {} : { idempotencyKey: request.claim.key }),
  };
}

const USER_AGENT_LENGTH_MAX = 256;

/** Reads the headers on demand, because most requests need none of this. */
class RequestOrigin implements Origin {
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest) {
    this.#request = request;
  }

  get address(): string | null {
    return findAddress(this.#request);
  }

  get userAgent(): string | null {
    return this.#request.headers['user-agent']?.slice(0, USER_AGENT_LENGTH_MAX) ?? null;
  }
}

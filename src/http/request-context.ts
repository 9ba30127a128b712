import type { FastifyRequest } from 'fastify';
import type { Claim } from '../database/idempotency.ts';
import { type Actor, type Caller, type Cause, toActor } from '../shared/caller.ts';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { getTrace } from './request-identity.ts';

/** The context that a use case needs from its request. */
export interface RequestContext {
  readonly caller: Caller;
  readonly actor: Actor;
  readonly cause: Cause;
  /** The claim of the Idempotency-Key; null without one. */
  readonly claim: Claim | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null if not signed in. Set before the body is read. */
    caller: Caller | null;
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
  return { caller, actor: toActor(caller), cause: buildCause(request), claim: request.claim };
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

import type { FastifyRequest } from 'fastify';
import type { Claim } from '../database/idempotency.ts';
import { type Actor, type Caller, type Cause, toActor } from '../shared/caller.ts';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { getTrace } from './request-identity.ts';

/** What a use case needs to know of the request that called it. */
export interface RequestContext {
  readonly caller: Caller;
  readonly actor: Actor;
  readonly cause: Cause;
  /** The wish to take effect once; null when the request bore no Idempotency-Key. */
  readonly claim: Claim | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls; null when not signed in. Set before the body is read. */
    caller: Caller | null;
    /** Set for POST and PATCH of a signed-in caller with an Idempotency-Key. */
    claim: Claim | null;
    /** The W3C trace id of the request: from its `traceparent`, or new. */
    traceId: string;
  }
}

/** Throws `auth.unauthenticated` when nobody is signed in; behind an access rule with roles that cannot happen. */
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

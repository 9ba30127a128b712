import type { FastifyRequest } from 'fastify';
import { authErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type {
  SecurityDetails,
  SecurityEvent,
  SecurityFact,
  SecurityLog,
  SecuritySource,
} from '../shared/security-events.ts';
import { findAddress } from './client-address.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly securityLog: SecurityLog;
  }
}

/**
 * Records an event that a request caused, once its change is committed. `userId` and `keyId` of the details are whom it
 * concerns; `callerId`, which is added, is who made the request.
 */
export function recordSecurity(
  request: FastifyRequest,
  event: SecurityEvent,
  details?: SecurityDetails,
): void {
  const { caller, server } = request;
  server.securityLog.record(event, buildSecuritySource(request), {
    callerId: caller?.id,
    ...details,
  });
}

export function buildSecuritySource(request: FastifyRequest): SecuritySource {
  return { address: findAddress(request), requestId: request.id };
}

/** Records a refusal if it concerns security: by its own fact, or as a 403 or a 429. */
export function recordRefusal(request: FastifyRequest, refusal: CodedError): void {
  const fact = refusal.details.security ?? findFact(refusal);
  if (fact === null) return;
  const { caller, operation } = request;
  recordSecurity(request, fact.event, {
    ...(caller?.kind === 'user' ? { userId: caller.id } : {}),
    operation: operation?.id,
    ...fact.details,
  });
}

function findFact({ definition: { status, code } }: CodedError): SecurityFact | null {
  if (status === 429) return { event: 'limit.reached', details: { limit: code } };
  if (status === 403) return { event: 'access.refused', details: { reason: code } };
  return null;
}

/** Builds the refusal of a credential that is wrong, not merely missing or expired, which happens every day. */
export function refuseCredential(reason: string, details: SecurityDetails = {}): CodedError {
  return new CodedError(authErrors.unauthenticated, {
    security: { event: 'access.refused', details: { reason, ...details } },
  });
}

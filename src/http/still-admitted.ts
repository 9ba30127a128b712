import type { FastifyRequest } from 'fastify';
import { serviceErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import { authorize } from './admission.ts';
import type { Authenticator } from './authentication.ts';
import { findCredential } from './credentials.ts';

/**
 * Returns whether the request, if repeated, would be admitted as the same caller in the same role, for replies that
 * outlast the first decision. While the database is unavailable, the request counts as still admitted.
 */
export async function isStillAdmitted(
  request: FastifyRequest,
  authenticator: Authenticator,
): Promise<boolean> {
  const { operation } = request;
  const token = findCredential(request)?.token ?? null;
  if (operation === null || token === null) return false;
  try {
    const caller = await authenticator.authenticate(token);
    authorize(operation.access, caller);
    const { caller: before } = request;
    return before?.kind !== 'user' || (caller.kind === 'user' && caller.role === before.role);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.definition === serviceErrors.unavailable;
  }
}

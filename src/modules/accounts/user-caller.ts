import type { FastifyRequest } from 'fastify';
import { requireCaller } from '../../http/index.ts';
import type { UserCaller } from '../../shared/caller.ts';
import { authErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';

/** Returns the signed-in user. Throws `auth.forbidden` for an API key: machines may not manage accounts and keys. */
export function requireUserCaller(request: FastifyRequest): UserCaller {
  const caller = requireCaller(request);
  if (caller.kind !== 'user') throw new CodedError(authErrors.forbidden);
  return caller;
}

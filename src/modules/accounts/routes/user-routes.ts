import {
  type App,
  buildContext,
  IdParameter,
  recordSecurity,
  sendOnce,
} from '../../../http/index.ts';
import { authErrors, requestErrors } from '../../../shared/common-errors.ts';
import { requireRecentProof } from '../../../shared/recent-proof.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import { ListUsersQuery, NoReply, UpdateUserBody, UserPage, UserReply } from './schemas.ts';

const tags = ['Users'];

export function registerUserRoutes(app: App, accounts: Accounts): void {
  app.get(
    '/api/users',
    {
      schema: {
        operationId: 'listUsers',
        tags,
        summary: 'List users, newest first',
        querystring: ListUsersQuery,
        response: { 200: UserPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => accounts.listUsers(request.query),
  );

  app.patch(
    '/api/users/:id',
    {
      schema: {
        operationId: 'updateUser',
        tags,
        summary: "Change a user's access",
        description:
          'Takes effect within five seconds on every server. Disabling a user ends all their sessions, and so does another role. An admin who holds API keys loses their access only if `keys` says what becomes of these. A change of `role` or `disabled` needs a recent proof (step-up).',
        params: IdParameter,
        body: UpdateUserBody,
        response: { 200: UserReply },
      },
      config: {
        errors: [
          authErrors.stepUpRequired,
          accountsErrors.notFound,
          accountsErrors.lastAdmin,
          accountsErrors.keysHeld,
        ],
      },
    },
    async (request, reply) => {
      const context = buildContext(request);
      const caller = requireUserCaller(request);
      const { keys, ...access } = request.body;
      if (access.role !== undefined || access.disabled !== undefined) requireRecentProof(caller);
      const fate = keys === 'take' ? { takenBy: caller.id } : keys;
      const change = fate === undefined ? access : { ...access, keys: fate };
      const { id } = request.params;
      const outcome = await accounts.updateUser(context, context.claim, id, change);
      for (const { event, details } of outcome.facts) recordSecurity(request, event, details);
      return sendOnce(reply, outcome, { status: 200 });
    },
  );

  app.delete(
    '/api/users/:id/factors',
    {
      schema: {
        operationId: 'resetFactors',
        tags,
        summary: 'Remove all second factors of another user',
        description:
          'For somebody who has lost them. Their recovery codes and all their sessions end; their password stays.',
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.notFound, accountsErrors.ownFactors] },
    },
    async (request, reply) => {
      const { id } = request.params;
      const caller = requireUserCaller(request);
      const { factorsRemoved } = await accounts.resetFactors(buildContext(request), caller, id);
      if (factorsRemoved > 0) {
        recordSecurity(request, 'factors.reset', { userId: id, factors: factorsRemoved });
      }
      return reply.code(204).send();
    },
  );
}

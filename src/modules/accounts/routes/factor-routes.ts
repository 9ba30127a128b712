import { type App, buildContext, IdParameter, recordSecurity } from '../../../http/index.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import {
  AddTotpBody,
  ConfirmedReply,
  ConfirmTotpBody,
  FactorsReply,
  PendingTotpReply,
} from './factor-schemas.ts';

const tags = ['Second factors'];

export function registerFactorRoutes(app: App, accounts: Accounts): void {
  app.get(
    '/api/auth/factors',
    {
      schema: {
        operationId: 'listFactors',
        tags,
        summary: 'List your second factors',
        response: { 200: FactorsReply },
      },
    },
    (request) => accounts.listFactors(requireUserCaller(request)),
  );

  app.post(
    '/api/auth/factors/totp',
    {
      schema: {
        operationId: 'addTotp',
        tags,
        summary: 'Add an authenticator app',
        description:
          'The secret counts for nothing until it is confirmed with a code of the app, within an hour.',
        body: AddTotpBody,
        response: { 201: PendingTotpReply },
      },
      config: { errors: [accountsErrors.tooManyFactors] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      return reply.code(201).send(await accounts.addTotp(caller, request.body));
    },
  );

  app.post(
    '/api/auth/factors/totp/:id/confirm',
    {
      schema: {
        operationId: 'confirmTotp',
        tags,
        summary: 'Confirm an authenticator app',
        description:
          'From now on, signing in asks for a factor. Every other session of the caller ends. Recovery codes are returned with the first factor.',
        params: IdParameter,
        body: ConfirmTotpBody,
        response: { 200: ConfirmedReply },
      },
      config: { errors: [accountsErrors.factorNotFound] },
    },
    async (request) => {
      const caller = requireUserCaller(request);
      const { id } = request.params;
      const author = buildContext(request);
      const confirmed = await accounts.confirmTotp(author, caller, id, request.body.code);
      recordSecurity(request, 'factor.added', { userId: caller.id, type: 'totp' });
      return confirmed;
    },
  );
}

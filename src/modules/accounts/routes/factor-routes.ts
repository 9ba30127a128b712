import {
  type App,
  buildContext,
  IdParameter,
  NoBody,
  recordSecurity,
} from '../../../http/index.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import {
  AddedPasskeyReply,
  AddPasskeyBody,
  AddTotpBody,
  ConfirmedReply,
  ConfirmTotpBody,
  FactorReply,
  FactorsReply,
  NewRecoveryCodesReply,
  PasskeyOptionsReply,
  PendingTotpReply,
  UpdateFactorBody,
} from './factor-schemas.ts';
import { NoReply } from './schemas.ts';
import { renewCookies } from './send-session.ts';

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
      config: { errors: [accountsErrors.emailUnverified, accountsErrors.tooManyFactors] },
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
      config: { errors: [accountsErrors.emailUnverified, accountsErrors.factorNotFound] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const { id } = request.params;
      const author = buildContext(request);
      const confirmed = await accounts.confirmTotp(author, caller, id, request.body.code);
      recordSecurity(request, 'factor.added', { userId: caller.id, type: 'totp' });
      await renewCookies(accounts, request, reply);
      return reply.send(confirmed);
    },
  );

  app.post(
    '/api/auth/factors/passkeys/options',
    {
      schema: {
        operationId: 'createPasskeyOptions',
        tags,
        summary: 'Get the options for a new passkey',
        description: 'Valid once, for five minutes.',
        body: NoBody,
        response: { 200: PasskeyOptionsReply },
      },
      config: {
        errors: [
          accountsErrors.emailUnverified,
          accountsErrors.passkeysUnavailable,
          accountsErrors.tooManyFactors,
        ],
      },
    },
    (request) => accounts.createPasskeyOptions(requireUserCaller(request)),
  );

  app.post(
    '/api/auth/factors/passkeys',
    {
      schema: {
        operationId: 'addPasskey',
        tags,
        summary: 'Add a passkey',
        description:
          'From now on, signing in asks for a factor, and the passkey can sign in alone. Every other session of the caller ends. Recovery codes are returned with the first factor.',
        body: AddPasskeyBody,
        response: { 201: AddedPasskeyReply },
      },
      config: {
        errors: [
          accountsErrors.emailUnverified,
          accountsErrors.optionsInvalid,
          accountsErrors.passkeyTaken,
          accountsErrors.passkeysUnavailable,
          accountsErrors.tooManyFactors,
        ],
      },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const added = await accounts.addPasskey(buildContext(request), caller, request.body);
      recordSecurity(request, 'factor.added', { userId: caller.id, type: 'passkey' });
      await renewCookies(accounts, request, reply);
      return reply.code(201).send(added);
    },
  );

  app.post(
    '/api/auth/factors/recovery-codes',
    {
      schema: {
        operationId: 'createRecoveryCodes',
        tags,
        summary: 'Get new recovery codes',
        description: 'The old ones are void.',
        body: NoBody,
        response: { 201: NewRecoveryCodesReply },
      },
      config: { errors: [accountsErrors.factorMissing] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      return reply
        .code(201)
        .send(await accounts.createRecoveryCodes(buildContext(request), caller));
    },
  );

  app.patch(
    '/api/auth/factors/:id',
    {
      schema: {
        operationId: 'updateFactor',
        tags,
        summary: 'Rename a second factor',
        params: IdParameter,
        body: UpdateFactorBody,
        response: { 200: FactorReply },
      },
      config: { errors: [accountsErrors.factorNotFound] },
    },
    (request) => {
      const caller = requireUserCaller(request);
      const { id } = request.params;
      return accounts.updateFactor(buildContext(request), caller, id, request.body);
    },
  );

  app.delete(
    '/api/auth/factors/:id',
    {
      schema: {
        operationId: 'removeFactor',
        tags,
        summary: 'Remove a second factor',
        description:
          'Every other session of the caller ends. With the last factor, the recovery codes end too.',
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.factorNotFound] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const author = buildContext(request);
      const removed = await accounts.removeFactor(author, caller, request.params.id);
      if (removed !== null) {
        recordSecurity(request, 'factor.removed', { userId: caller.id, type: removed.type });
        await renewCookies(accounts, request, reply);
      }
      return reply.code(204).send();
    },
  );
}

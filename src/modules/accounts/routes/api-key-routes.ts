import {
  type App,
  buildContext,
  IdParameter,
  recordSecurity,
  sendOnce,
} from '../../../http/index.ts';
import { requestErrors } from '../../../shared/common-errors.ts';
import { accountsErrors } from '../errors.ts';
import type { Accounts } from '../use-cases.ts';
import { requireUserCaller } from '../user-caller.ts';
import {
  ApiKeyPage,
  CreateApiKeyBody,
  CreatedApiKeyReply,
  ListApiKeysQuery,
  NoReply,
} from './schemas.ts';

const tags = ['API keys'];

export function registerApiKeyRoutes(app: App, accounts: Accounts): void {
  app.post(
    '/api/api-keys',
    {
      schema: {
        operationId: 'createApiKey',
        tags,
        summary: 'Create an API key',
        description: 'The secret is shown once. It is sent as `Authorization: Bearer hf_…`.',
        body: CreateApiKeyBody,
        response: { 201: CreatedApiKeyReply },
      },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      const context = buildContext(request);
      const outcome = await accounts.createApiKey(context, caller, context.claim, request.body);
      if (!outcome.replayed) recordSecurity(request, 'key.created', { keyId: outcome.result.id });
      return sendOnce(reply, outcome, { status: 201 });
    },
  );

  app.get(
    '/api/api-keys',
    {
      schema: {
        operationId: 'listApiKeys',
        tags,
        summary: 'List active API keys, newest first',
        querystring: ListApiKeysQuery,
        response: { 200: ApiKeyPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => accounts.listApiKeys(request.query),
  );

  app.delete(
    '/api/api-keys/:id',
    {
      schema: {
        operationId: 'revokeApiKey',
        tags,
        summary: 'Revoke a key',
        params: IdParameter,
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.keyNotFound] },
    },
    async (request, reply) => {
      await accounts.revokeApiKey(buildContext(request), request.params.id);
      recordSecurity(request, 'key.revoked', { keyId: request.params.id });
      return reply.code(204).send();
    },
  );
}

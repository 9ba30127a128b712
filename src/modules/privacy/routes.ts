import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import {
  type App,
  buildContext,
  IdParameter,
  NoBody,
  recordSecurity,
  sendOnce,
} from '../../http/index.ts';
import { authErrors, requestErrors } from '../../shared/common-errors.ts';
import { accountsErrors, NoReply, requireUserCaller } from '../accounts/index.ts';
import {
  ErasedReply,
  ErasePersonBody,
  EraseRequestPage,
  EraseRequestReply,
  ListEraseRequestsQuery,
  PersonalDataReply,
} from './schemas.ts';
import type { Privacy } from './use-cases.ts';

const tags = ['Privacy'];

export function registerPrivacyRoutes(app: App, privacy: Privacy): void {
  app.get(
    '/api/users/:id/personal-data',
    {
      schema: {
        operationId: 'getPersonalData',
        tags,
        summary: 'Give out everything that is kept of a person',
        description:
          'For the person themself, or an admin. `id` is that of an account or of a guest. The guests of the address of an account are included if the address is proven. Secrets and data of other people are left out. Each call is in the audit.',
        params: IdParameter,
        response: { 200: PersonalDataReply },
      },
      config: { errors: [authErrors.stepUpRequired, accountsErrors.notFound] },
    },
    async (request, reply) => {
      const { id } = request.params;
      const context = buildContext(request);
      reply.header('content-disposition', `attachment; filename="personal-data-${id}.json"`);
      // Nothing is given out then, so there is nothing to audit.
      if (request.method === 'HEAD') {
        await privacy.requireReadable(context, id);
        return sendStream(reply, null);
      }
      return sendStream(reply, await privacy.readPersonalData(context, id));
    },
  );

  app.post(
    '/api/users/:id/erase',
    {
      schema: {
        operationId: 'erasePerson',
        tags,
        summary: 'Erase a person',
        description:
          'For admins. `id` is that of an account or of a guest. Removes what tells who the person is, with the guests of the address of the account if that is proven: name, addresses, phone, notes, mails, sessions, factors, kept replies, and what people wrote about them. Orders, amounts and history stay; sessions end; the e-mail address is free for a new account. It cannot be undone. A person who was erased before stays so, and the response is the same. Refused while one of their orders is open or money has to go back to them: `orders` lists at most 100, `count` counts all.',
        params: IdParameter,
        body: ErasePersonBody,
        response: { 200: ErasedReply },
      },
      config: {
        errors: [
          authErrors.stepUpRequired,
          accountsErrors.notFound,
          accountsErrors.erasureBlocked,
          accountsErrors.eraseSelf,
          accountsErrors.lastAdmin,
          accountsErrors.keysHeld,
        ],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { reason, keys } = request.body;
      const caller = requireUserCaller(request);
      const outcome = await privacy.erasePerson(buildContext(request), caller, id, {
        reason,
        keys,
      });
      if (!outcome.replayed) {
        recordSecurity(request, 'user.erased', { userId: id });
        for (const keyId of outcome.result.endedKeyIds) {
          recordSecurity(request, 'key.revoked', { keyId });
        }
      }
      return sendOnce(reply, outcome, { status: 200 });
    },
  );

  app.post(
    '/api/auth/erase-request',
    {
      schema: {
        operationId: 'requestErasure',
        tags,
        summary: 'Ask for your data to be erased',
        description:
          'An admin sees the request and erases you, within a month and once your orders have ended. A repeated request changes nothing.',
        body: NoBody,
        response: { 202: EraseRequestReply },
      },
      config: { withoutIdempotency: true, errors: [authErrors.stepUpRequired] },
    },
    async (request, reply) => {
      const caller = requireUserCaller(request);
      return reply.code(202).send(await privacy.requestErasure(buildContext(request), caller));
    },
  );

  app.delete(
    '/api/auth/erase-request',
    {
      schema: {
        operationId: 'withdrawErasure',
        tags,
        summary: 'Withdraw your request to be erased',
        response: { 204: NoReply },
      },
      config: { errors: [accountsErrors.eraseRequestMissing] },
    },
    async (request, reply) => {
      await privacy.withdrawErasure(buildContext(request), requireUserCaller(request));
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/erase-requests',
    {
      schema: {
        operationId: 'listEraseRequests',
        tags,
        summary: 'List open requests to be erased, the next one due first',
        querystring: ListEraseRequestsQuery,
        response: { 200: EraseRequestPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => privacy.listEraseRequests(request.query),
  );
}

/** Sends JSON while it is written. Null: its head alone. */
function sendStream(reply: FastifyReply, text: AsyncIterable<string> | null) {
  reply.type('application/json; charset=utf-8');
  return reply.send(text === null ? undefined : Readable.from(text, { objectMode: false }));
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import { Type } from 'typebox';
import { authErrors, invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { InvalidEventError } from '../payment-provider.ts';
import { acceptEvent } from './accept-event.ts';
import { sumSessionMoney } from './charge-queries.ts';
import { describeSession, endSession } from './open-session.ts';
import { parseSandboxEvent } from './parse-sandbox-event.ts';
import { missingPage, PAGE_POLICY, paymentPage } from './payment-page.ts';
import { findSession } from './queries.ts';
import { describeRefund, refundCharge } from './refund-charge.ts';
import type { Sandbox } from './sandbox.ts';
import {
  ActionReply,
  ActionRequest,
  Reference,
  ReferenceParameter,
  RefundReply,
  RefundRequest,
  SessionReply,
  SessionRequest,
  SessionStateReply,
} from './schemas.ts';
import { isSameSecret } from './secrets.ts';

/** Anyone may act on a page, so the body is limited to what a page sends. */
const ACTION_MAX_BYTES = 16 * 1024;

/** The server that hosts the sandbox. Drivers rank below `http`, so its type for this is not used. */
export type HostServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** The operation ids of these routes. They require no sign-in at the shop. */
export const sandboxOperations = [
  'getSandboxPaymentPage',
  'actOnSandboxSession',
  'openSandboxSession',
  'closeSandboxSession',
  'getSandboxSession',
  'createSandboxRefund',
  'getSandboxRefund',
  'takeSandboxEvent',
] as const;

/** Registers the sandbox's payment pages, and the merchant's API, which requires its key. */
export function registerSandboxRoutes(app: HostServer, sandbox: Sandbox): void {
  // These routes represent another system: they are outside the contract of /api and not in the OpenAPI document.
  const config = { page: true };
  const onRequest = requireMerchant(sandbox);

  app.get(
    '/sandbox/pay/:reference',
    { config, schema: { operationId: 'getSandboxPaymentPage', params: ReferenceParameter } },
    async (request, reply) => {
      const [session] = await findSession(sandbox.database, request.params.reference);
      reply.header('content-security-policy', PAGE_POLICY).type('text/html; charset=utf-8');
      if (session === undefined) return reply.code(404).send(missingPage());
      const money = await sumSessionMoney(sandbox.database, session.reference);
      return reply.send(paymentPage(session, money));
    },
  );
  app.post(
    '/sandbox/sessions/:reference/actions',
    {
      config,
      bodyLimit: ACTION_MAX_BYTES,
      schema: {
        operationId: 'actOnSandboxSession',
        params: ReferenceParameter,
        body: ActionRequest,
        response: { 202: ActionReply },
      },
    },
    async (request, reply) => {
      reply.code(202);
      return sandbox.act(request.params.reference, request.body);
    },
  );

  app.post(
    '/sandbox/api/sessions',
    {
      config,
      onRequest,
      schema: {
        operationId: 'openSandboxSession',
        headers: Type.Object({ 'idempotency-key': Reference }),
        body: SessionRequest,
        response: { 200: SessionReply },
      },
    },
    async ({ headers, body }) => sandbox.openSession(headers['idempotency-key'], body),
  );
  app.get(
    '/sandbox/api/sessions/:reference',
    {
      config,
      onRequest,
      schema: {
        operationId: 'getSandboxSession',
        params: ReferenceParameter,
        response: { 200: SessionStateReply },
      },
    },
    async ({ params }) => describeSession(sandbox, params.reference),
  );
  app.post(
    '/sandbox/api/sessions/:reference/close',
    {
      config,
      onRequest,
      schema: { operationId: 'closeSandboxSession', params: ReferenceParameter },
    },
    async ({ params }) => {
      await endSession(sandbox, params.reference);
      return {};
    },
  );
  app.post(
    '/sandbox/api/refunds',
    {
      config,
      onRequest,
      schema: {
        operationId: 'createSandboxRefund',
        body: RefundRequest,
        response: { 200: RefundReply },
      },
    },
    async ({ body }) => refundCharge(sandbox, body),
  );
  app.get(
    '/sandbox/api/refunds/:reference',
    {
      config,
      onRequest,
      schema: {
        operationId: 'getSandboxRefund',
        params: ReferenceParameter,
        response: { 200: RefundReply },
      },
    },
    async ({ params }) => describeRefund(sandbox, params.reference),
  );
  app.post(
    '/sandbox/api/events',
    { config, onRequest, schema: { operationId: 'takeSandboxEvent' } },
    async ({ body }) => {
      try {
        await acceptEvent(sandbox, parseSandboxEvent(body));
      } catch (error) {
        if (error instanceof InvalidEventError) throw invalidInput('', error.message);
        throw error;
      }
      return {};
    },
  );
}

/** Creates a hook that requires the key of the sandbox's API. */
function requireMerchant({ secrets }: Sandbox) {
  const expected = `Bearer ${secrets.apiKey}`;
  return (request: FastifyRequest, _reply: FastifyReply, done: HookHandlerDoneFunction): void => {
    if (isSameSecret(request.headers.authorization ?? '', expected)) done();
    else done(new CodedError(authErrors.unauthenticated) as Error);
  };
}

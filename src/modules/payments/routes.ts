import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import {
  type App,
  buildCause,
  buildContext,
  IdParameter,
  requireCaller,
  sendOnce,
} from '../../http/index.ts';
import { authErrors, requestErrors } from '../../shared/common-errors.ts';
import { ordersErrors } from '../orders/index.ts';
import { paymentsErrors } from './errors.ts';
import {
  InitiateBody,
  InitiatedReply,
  ListOrderPaymentsQuery,
  ListPaymentsQuery,
  PaymentPage,
  PaymentReply,
  RefundBody,
  RefundReply,
  WebhookReply,
} from './schemas.ts';
import type { Payments } from './use-cases.ts';

const tags = ['Payments'];
/** Many times the size of any provider's webhook. */
const WEBHOOK_MAX_BYTES = 256 * 1024;
const webhookErrors = [
  paymentsErrors.invalidSignature,
  paymentsErrors.invalidEvent,
  paymentsErrors.providerUnavailable,
];

export function registerPaymentsRoutes(app: App, payments: Payments): void {
  app.post(
    '/api/payments/initiate',
    {
      schema: {
        operationId: 'initiatePayment',
        tags,
        summary: 'Start a payment for an order',
        description:
          'Returns the page to send the customer to: 201 if this call opened it, 200 if one was already open.',
        body: InitiateBody,
        response: { 200: InitiatedReply, 201: InitiatedReply },
      },
      config: {
        errors: [
          ordersErrors.notFound,
          paymentsErrors.notPayable,
          paymentsErrors.providerUnavailable,
        ],
        replyHeaders: ['Location'],
      },
    },
    async (request, reply) => {
      const { result, replayed } = await payments.initiatePayment(
        buildContext(request),
        request.body.orderId,
      );
      return sendOnce(
        reply,
        { result: result.view, replayed },
        {
          status: result.isNew ? 201 : 200,
          location: ({ payment }) => `/api/payments/${payment.id}`,
        },
      );
    },
  );

  app.get(
    '/api/payments',
    {
      schema: {
        operationId: 'listPayments',
        tags,
        summary: 'List payments, newest first',
        querystring: ListPaymentsQuery,
        response: { 200: PaymentPage },
      },
      config: { errors: [requestErrors.invalidCursor] },
    },
    (request) => payments.listPayments(request.query),
  );

  app.get(
    '/api/payments/:id',
    {
      schema: {
        operationId: 'getPayment',
        tags,
        summary: 'Read a payment',
        params: IdParameter,
        response: { 200: PaymentReply },
      },
      config: { errors: [paymentsErrors.notFound] },
    },
    (request) => payments.getPayment(requireCaller(request), request.params.id),
  );

  app.get(
    '/api/orders/:id/payments',
    {
      schema: {
        operationId: 'listOrderPayments',
        tags,
        summary: 'List the payments of an order, newest first',
        params: IdParameter,
        querystring: ListOrderPaymentsQuery,
        response: { 200: PaymentPage },
      },
      config: { errors: [ordersErrors.notFound, requestErrors.invalidCursor] },
    },
    (request) =>
      payments.listOrderPayments(requireCaller(request), request.params.id, request.query),
  );

  app.post(
    '/api/payments/:id/refunds',
    {
      schema: {
        operationId: 'refundPayment',
        tags,
        summary: 'Refund a payment',
        description:
          'Without an amount, refunds all that is left. The amount is allocated at once, and the order changes when the refund succeeds. A refund is of one charge: if several have money left, name it by `providerReference`. If what the caller refunds within an hour exceeds STEP_UP_REFUND_MINOR, it needs a recent proof (step-up); API keys have their own limit, `refundMax`.',
        params: IdParameter,
        body: RefundBody,
        response: { 201: RefundReply },
      },
      config: {
        errors: [
          paymentsErrors.notFound,
          paymentsErrors.notCaptured,
          paymentsErrors.refundExceedsCaptured,
          paymentsErrors.chargeAmbiguous,
          paymentsErrors.refundLimit,
          authErrors.stepUpRequired,
        ],
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const outcome = await payments.refundPayment(buildContext(request), id, request.body);
      return sendOnce(reply, outcome, { status: 201 });
    },
  );

  const receive = async (request: FastifyRequest, providerName: string | null) => {
    await payments.receiveWebhook({
      providerName,
      headers: request.headers,
      body: request.rawBody ?? Buffer.alloc(0),
      cause: buildCause(request),
    });
    return { received: true };
  };

  app.post(
    '/api/payments/webhook',
    {
      schema: {
        operationId: 'receivePaymentWebhook',
        tags,
        summary: 'Receive webhooks of the configured payment provider',
        description:
          'The signature is verified over the raw body. The event is stored once, by its id, before the 200.',
        response: { 200: WebhookReply },
      },
      bodyLimit: WEBHOOK_MAX_BYTES,
      config: { errors: webhookErrors, signedBody: true },
    },
    (request) => receive(request, null),
  );

  app.post(
    '/api/payments/webhook/:provider',
    {
      schema: {
        operationId: 'receiveProviderWebhook',
        tags,
        summary: 'Receive webhooks of the named payment provider',
        params: Type.Object({
          provider: Type.String({
            minLength: 1,
            maxLength: 50,
            description: 'Such as `sandbox` or `stripe`.',
          }),
        }),
        response: { 200: WebhookReply },
      },
      bodyLimit: WEBHOOK_MAX_BYTES,
      config: { errors: webhookErrors, signedBody: true },
    },
    (request) => receive(request, request.params.provider),
  );
}

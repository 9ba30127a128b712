import { Type } from 'typebox';
import { isSignedWebhook } from '../../../shared/standard-webhooks.ts';
import { parseEvent } from '../parse-event.ts';
import {
  InvalidSignatureError,
  type PaymentProvider,
  type ProviderRefund,
  ProviderRefusedError,
  type RawWebhook,
} from '../payment-provider.ts';
import type { ExchangeOptions } from './exchange.ts';
import { parseSandboxEvent } from './parse-sandbox-event.ts';
import { createSandboxClient } from './sandbox-client.ts';
import {
  RefundReply,
  type RefundRequest,
  SessionReply,
  type SessionRequest,
  SessionStateReply,
} from './schemas.ts';
import { isSameSecret, originMark, sandboxSecrets } from './secrets.ts';

const TIMEOUT_MS = 10_000;
const Done = Type.Object({});

export interface SandboxProviderOptions extends ExchangeOptions {
  /** The sandbox's base URL, without a trailing slash; called at each request. */
  readonly baseUrl: () => string;
  /** `whsec_…`; the API key is derived from it. */
  readonly webhookSecret: string;
  /** The time limit of each call. Default 10 s. */
  readonly timeoutMs?: number;
}

/** Creates the merchant's side: the port to payment providers, over the sandbox's API. */
export function createSandboxProvider(options: SandboxProviderOptions): PaymentProvider {
  const secrets = sandboxSecrets(options.webhookSecret);
  const client = createSandboxClient({
    baseUrl: options.baseUrl,
    ownCertificate: options.ownCertificate,
    apiKey: secrets.apiKey,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
  });

  return {
    name: 'sandbox',

    async openSession(request) {
      const body: SessionRequest = {
        paymentId: request.paymentId,
        orderNumber: request.orderNumber,
        amount: request.amountMinor,
        currency: request.currency,
        returnUrl: request.returnUrl,
        expiresAt: request.expiresAt?.toISOString() ?? null,
      };
      const session = requireReply(
        await client.call(SessionReply, {
          method: 'POST',
          path: '/sandbox/api/sessions',
          body,
          key: request.paymentId,
        }),
      );
      return { sessionId: session.reference, checkoutUrl: session.checkoutUrl };
    },

    async closeSession({ sessionId, key }) {
      const path = `/sandbox/api/sessions/${encodeURIComponent(sessionId)}/close`;
      requireReply(await client.call(Done, { method: 'POST', path, body: {}, key }));
    },

    async refund({ refundId, paymentId, providerReference, amountMinor, currency }) {
      const body: RefundRequest = {
        refundId,
        paymentId,
        providerReference,
        amount: amountMinor,
        currency,
      };
      const path = '/sandbox/api/refunds';
      const call = { method: 'POST', path, body, key: refundId } as const;
      return toProviderRefund(requireReply(await client.call(RefundReply, call)));
    },

    async findSession(sessionId) {
      const path = `/sandbox/api/sessions/${encodeURIComponent(sessionId)}`;
      const session = await client.call(SessionStateReply, { method: 'GET', path });
      if (session === null) return null;
      const captures = session.charges.map(({ reference, amount, currency }) => ({
        providerReference: reference,
        amountMinor: amount,
        currency,
      }));
      return { state: session.state, captures };
    },

    async findRefund({ refundId }) {
      const path = `/sandbox/api/refunds/${encodeURIComponent(refundId)}`;
      const refund = await client.call(RefundReply, { method: 'GET', path });
      return refund === null ? null : toProviderRefund(refund);
    },

    async readWebhook(request) {
      if (!isSignedWebhook([secrets.webhookKey], request)) {
        throw new InvalidSignatureError('the signature does not match or has expired');
      }
      const body = parseEvent(request.body);
      const event = parseSandboxEvent(body);
      if (event.kind !== 'ignored' && !isSentBySandbox(request)) {
        await client.call(Done, {
          method: 'POST',
          path: '/sandbox/api/events',
          body: body as object,
        });
      }
      return event;
    },
  };

  /** Returns whether the sandbox created the event, and so already has it in its records. */
  function isSentBySandbox({ headers }: RawWebhook): boolean {
    const eventId = headers['webhook-id'];
    const mark = headers['sandbox-origin'];
    return (
      typeof eventId === 'string' &&
      typeof mark === 'string' &&
      isSameSecret(mark, originMark(secrets, eventId))
    );
  }
}

function requireReply<T>(reply: T | null): T {
  if (reply === null) throw new ProviderRefusedError('the sandbox has no such record');
  return reply;
}

function toProviderRefund({ id, state, failure }: RefundReply): ProviderRefund {
  return { providerRefundId: id, state, failure };
}

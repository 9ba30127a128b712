import { Stripe } from 'stripe';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { InvalidSignatureError, type PaymentProvider } from '../payment-provider.ts';
import { closeSession } from './close-session.ts';
import { findSession } from './find-session.ts';
import { openSession } from './open-session.ts';
import { parseEvent } from './parse-event.ts';
import { findRefundOfCharge } from './refunded-charge.ts';
import { createRefund, findRefund } from './refunds.ts';
import { callStripe } from './translate-error.ts';
import { verifyWebhook } from './verify-webhook.ts';

/** The API version that this code was written and tested for; the account's default may differ. */
const API_VERSION = '2026-10-28.endive';
const TIMEOUT_MS = 5_000;
const RETRIES_MAX = 2;

export interface StripeProviderOptions {
  /** `sk_…`, or a restricted key `rk_…` that may write Checkout Sessions and refunds and read payment intents. */
  readonly secretKey: string;
  /** `whsec_…` of the webhook endpoint. Null: every webhook is refused. */
  readonly webhookSecret: string | null;
  /** Stripe's address, without a path. Default: Stripe itself. */
  readonly apiBase?: string | null;
  /** The time limit of each of at most three attempts. Default 5 s. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

/** Creates the Stripe provider: Checkout Sessions, with the payment intent as the reference of the money everywhere. */
export function createStripeProvider(options: StripeProviderOptions): PaymentProvider {
  const { secretKey, webhookSecret, clock = systemClock } = options;
  const stripe = new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: options.timeoutMs ?? TIMEOUT_MS,
    maxNetworkRetries: RETRIES_MAX,
    telemetry: false,
    appInfo: { name: 'Holdfast' },
    ...parseApiBase(options.apiBase ?? null),
  });

  return {
    name: 'stripe',
    openSession: (request) => callStripe(() => openSession(stripe, request, clock.now())),
    closeSession: ({ sessionId }) => callStripe(() => closeSession(stripe, sessionId)),
    refund: (request) => callStripe(() => createRefund(stripe, request)),
    findSession: (sessionId) => callStripe(() => findSession(stripe, sessionId)),
    findRefund: (request) => callStripe(() => findRefund(stripe, request)),
    readWebhook(request) {
      if (webhookSecret === null) throw new InvalidSignatureError('there is no webhook secret');
      const event = parseEvent(verifyWebhook(webhookSecret, request));
      if (event.kind !== 'charge-refunded') return event;
      return callStripe(() => findRefundOfCharge(stripe, event));
    },
  };
}

function parseApiBase(apiBase: string | null): {
  host?: string;
  port?: string;
  protocol?: 'http' | 'https';
} {
  if (apiBase === null) return {};
  const { hostname, port, protocol } = new URL(apiBase);
  const isHttp = protocol === 'http:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isHttp ? '80' : '443') : port,
    protocol: isHttp ? 'http' : 'https',
  };
}

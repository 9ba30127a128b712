import type { Mailer } from '../../drivers/mail/mailer.ts';
import type { PaymentProvider } from '../../drivers/payments/payment-provider.ts';
import type { WebhookSender } from '../../drivers/webhooks/webhook-sender.ts';
import { type Tracing, traced } from '../../shared/tracing.ts';
import { version } from '../program.ts';

/**
 * Creates tracing if an endpoint is configured. Loaded only then: OpenTelemetry would add a third to the start time.
 */
export async function createTracing(endpoint: string | null): Promise<Tracing | null> {
  if (endpoint === null) return null;
  const { createOtlpTracing } = await import('../../drivers/tracing/otlp/otlp-tracing.ts');
  return createOtlpTracing({ endpoint, version });
}

/** Wraps a mailer so that each call becomes a span. Spans contain names only, never what is sent. */
export function tracedMailer(tracing: Tracing | null, mailer: Mailer): Mailer {
  const { send, kind } = mailer;
  if (tracing === null || send === null) return mailer;
  return {
    ...mailer,
    send: (mail, options) => call(tracing, `mail ${kind}`, () => send(mail, options)),
  };
}

export function tracedSender(tracing: Tracing | null, sender: WebhookSender): WebhookSender {
  if (tracing === null) return sender;
  return { ...sender, post: (webhook) => call(tracing, 'webhook', () => sender.post(webhook)) };
}

export function tracedProvider(
  tracing: Tracing | null,
  provider: PaymentProvider,
): PaymentProvider {
  if (tracing === null) return provider;
  return {
    ...provider,
    openSession: (request) =>
      call(tracing, 'payment openSession', () => provider.openSession(request)),
    closeSession: (request) =>
      call(tracing, 'payment closeSession', () => provider.closeSession(request)),
    refund: (request) => call(tracing, 'payment refund', () => provider.refund(request)),
    findSession: (sessionId) =>
      call(tracing, 'payment findSession', () => provider.findSession(sessionId)),
    findRefund: (request) =>
      call(tracing, 'payment findRefund', () => provider.findRefund(request)),
  };
}

function call<T>(tracing: Tracing, name: string, work: () => Promise<T>): Promise<T> {
  return traced(tracing, name, { kind: 'client' }, work);
}

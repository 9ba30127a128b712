import { matchesShape } from '../matches-shape.ts';
import { InvalidEventError, type ProviderEvent } from '../payment-provider.ts';
import { AnyEvent, AttemptEvent, CaptureEvent, RefundEvent } from './schemas.ts';

/**
 * Translates a webhook's body. Unknown types become `ignored`; unknown fields are ignored. Throws `InvalidEventError`
 * if the body does not have the shape of its type.
 */
export function parseSandboxEvent(body: unknown): ProviderEvent {
  if (!matchesShape(AnyEvent, body)) throw new InvalidEventError('an event has an id and a type');
  const head = { id: body.id, type: body.type, createdAt: parseTime(body.createdAt) };
  switch (head.type) {
    case 'payment.captured': {
      if (!matchesShape(CaptureEvent, body)) throw malformedEvent(head.type);
      const { paymentId, providerReference, amount, currency } = body.data;
      const capture = { providerReference, amountMinor: amount, currency };
      return { ...head, kind: 'captured', paymentId, capture };
    }
    case 'payment.failed': {
      if (!matchesShape(AttemptEvent, body)) throw malformedEvent(head.type);
      const { paymentId, reason = null } = body.data;
      return { ...head, kind: 'failed', paymentId, reason };
    }
    case 'payment.expired': {
      if (!matchesShape(AttemptEvent, body)) throw malformedEvent(head.type);
      return { ...head, kind: 'expired', paymentId: body.data.paymentId };
    }
    case 'refund.succeeded':
    case 'refund.failed': {
      if (!matchesShape(RefundEvent, body)) throw malformedEvent(head.type);
      const { refundId, paymentId = null, providerReference, amount, currency } = body.data;
      const failed = head.type === 'refund.failed';
      return {
        ...head,
        kind: 'refund',
        refundId,
        paymentId,
        providerRefundId: body.data.providerRefundId ?? refundId,
        providerReference,
        state: failed ? 'FAILED' : 'SUCCEEDED',
        amountMinor: amount,
        currency,
        failure: failed ? (body.data.reason ?? 'no reason was given') : null,
      };
    }
    default:
      return { ...head, kind: 'ignored' };
  }
}

function parseTime(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new InvalidEventError('createdAt is not a time');
  return time;
}

function malformedEvent(type: string): InvalidEventError {
  return new InvalidEventError(`the data does not have the shape of ${type}`);
}

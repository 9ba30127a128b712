import type { SessionRow, SessionStatus } from './queries.ts';
import { newReference, type SealedEvent, sealEvent } from './sandbox-event.ts';
import type { ActionRequest } from './schemas.ts';

/** How much later the earlier event arrives if the events are to arrive out of order. */
const OUT_OF_ORDER_MS = 1_500;

export interface NewCharge {
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
}

/** The changes that an action makes. */
export interface ActionEffect {
  readonly charges: readonly NewCharge[];
  /** Events for the merchant. */
  readonly events: readonly SealedEvent[];
  /** Events of earlier facts, which arrive after the others. */
  readonly lateEvents: readonly SealedEvent[];
  /** Null: unchanged. */
  readonly status: SessionStatus | null;
}

/** Decides what an action does to a session in its current state. */
export function decideAction(session: SessionRow, request: ActionRequest): ActionEffect {
  switch (request.action) {
    case 'pay':
      return pay(session, request);
    case 'decline':
      return {
        charges: [],
        events: [declined(session, request, 'The card was declined.')],
        lateEvents: [],
        status: session.status === 'OPEN' ? 'FAILED' : null,
      };
    case 'expire': {
      const data = buildEventData(session, request, session.reference);
      return {
        charges: [],
        events: [sealEvent({ type: 'payment.expired', data, ...getDeliverySchedule(request) })],
        lateEvents: [],
        status: session.status === 'OPEN' ? 'EXPIRED' : null,
      };
    }
  }
}

function pay(session: SessionRow, request: ActionRequest): ActionEffect {
  const charges = Array.from({ length: request.charges ?? 1 }, () => ({
    reference: newReference('sbc'),
    ...getChargedAmount(session, request),
  }));
  const events = charges.map(({ reference }) => {
    const data = buildEventData(session, request, reference);
    return sealEvent({ type: 'payment.captured', data, ...getDeliverySchedule(request) });
  });
  const lateEvents =
    request.outOfOrder === true
      ? [declined(session, request, 'The first attempt was declined.', OUT_OF_ORDER_MS)]
      : [];
  return { charges, events, lateEvents, status: 'PAID' };
}

function declined(
  session: SessionRow,
  request: ActionRequest,
  reason: string,
  laterMs = 0,
): SealedEvent {
  const { copies, delayMs } = getDeliverySchedule(request);
  return sealEvent({
    type: 'payment.failed',
    data: { ...buildEventData(session, request, newReference('sbc')), reason },
    copies,
    delayMs: delayMs + laterMs,
    agoMs: laterMs,
  });
}

function buildEventData(session: SessionRow, request: ActionRequest, providerReference: string) {
  return { paymentId: session.paymentId, providerReference, ...getChargedAmount(session, request) };
}

function getChargedAmount(session: SessionRow, { amount, currency }: ActionRequest) {
  return { amount: amount ?? session.amountMinor, currency: currency ?? session.currency };
}

function getDeliverySchedule({ times = 1, delayMs = 0 }: ActionRequest) {
  return { copies: times, delayMs };
}

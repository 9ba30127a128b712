import { createHmac, randomBytes } from 'node:crypto';
import {
  InvalidEventError,
  InvalidSignatureError,
  type OpenSession,
  type PaymentProvider,
  type ProviderCapture,
  type ProviderEvent,
  type ProviderRefund,
  ProviderRefusedError,
  type ProviderSession,
  ProviderUnavailableError,
  type RefundState,
  type RequestRefund,
} from '../../src/drivers/payments/payment-provider.ts';

/** When a call of the provider fails: before its effect, or after it, with the response lost. */
export type Fault = 'before' | 'after' | 'refused';

type Call = 'openSession' | 'closeSession' | 'refund' | 'findSession' | 'findRefund';

export interface DoubleSession {
  readonly request: OpenSession;
  readonly session: ProviderSession;
  captures: ProviderCapture[];
  isClosed: boolean;
}

export interface DoubleRefund {
  readonly request: RequestRefund;
  readonly result: { providerRefundId: string; state: RefundState; failure: string | null };
}

/**
 * An external payment provider in memory. It records sessions and refunds under the keys of the calls, and fails where
 * a test asks for it.
 */
export interface ProviderDouble extends PaymentProvider {
  /** By payment id. */
  readonly sessions: Map<string, DoubleSession>;
  /** By refund id. */
  readonly refunds: Map<string, DoubleRefund>;
  /** The initial state of further refunds. Default: SUCCEEDED. */
  refundState: RefundState;
  /** Makes the next calls of this name fail, one fault each. */
  failNext(call: Call, ...faults: Fault[]): void;
  /** Makes every call of this name fail, until called with null. */
  failAlways(call: Call, fault: Fault | null): void;
  /** Removes the faults of this call. */
  calm(call: Call): void;
  /** Returns how often this was called, including failures. */
  countCalls(call: Call): number;
  /** Charges a session without notifying us. */
  pay(paymentId: string, change?: Partial<ProviderCapture>): ProviderCapture;
  /** Returns an event as a signed webhook. */
  sign(event: ProviderEvent): { headers: Record<string, string>; body: Buffer };
}

export function createProviderDouble(): ProviderDouble {
  const secret = randomBytes(24);
  const sessions = new Map<string, DoubleSession>();
  const refunds = new Map<string, DoubleRefund>();
  const faults = new Map<Call, Fault[]>();
  const standing = new Map<Call, Fault>();
  const calls = new Map<Call, number>();

  async function answering<T>(call: Call, effect: () => T): Promise<T> {
    calls.set(call, (calls.get(call) ?? 0) + 1);
    const fault = faults.get(call)?.shift() ?? standing.get(call);
    if (fault === 'refused') throw new ProviderRefusedError(`${call} is refused`);
    if (fault === 'before') throw new ProviderUnavailableError(`${call} did not get through`);
    const result = effect();
    // The response is delayed, so that concurrent calls overlap.
    await new Promise((resolve) => setImmediate(resolve));
    if (fault === 'after') throw new ProviderUnavailableError(`the response to ${call} was lost`);
    return result;
  }

  const sign = (body: Buffer) => createHmac('sha256', secret).update(body).digest('hex');

  return {
    name: 'sandbox',
    sessions,
    refunds,
    refundState: 'SUCCEEDED',
    failNext: (call, ...next) => void faults.set(call, [...(faults.get(call) ?? []), ...next]),
    failAlways(call, fault) {
      if (fault === null) standing.delete(call);
      else standing.set(call, fault);
    },
    calm(call) {
      faults.delete(call);
      standing.delete(call);
    },
    countCalls: (call) => calls.get(call) ?? 0,

    openSession(request) {
      return answering('openSession', () => {
        const known = sessions.get(request.paymentId);
        if (known !== undefined) return known.session;
        const sessionId = `session-${request.paymentId}`;
        const session = { sessionId, checkoutUrl: `https://pay.example/${sessionId}` };
        sessions.set(request.paymentId, { request, session, captures: [], isClosed: false });
        return session;
      });
    },
    closeSession({ sessionId }) {
      return answering('closeSession', () => {
        const session = sessions.get(sessionId.replace('session-', ''));
        if (session !== undefined) session.isClosed = true;
      });
    },
    refund(request) {
      const state = this.refundState;
      return answering('refund', (): ProviderRefund => {
        const known = refunds.get(request.refundId);
        if (known !== undefined) return { ...known.result };
        const failure = state === 'FAILED' ? 'the card is gone' : null;
        const result = { providerRefundId: `refund-${request.refundId}`, state, failure };
        refunds.set(request.refundId, { request, result });
        return { ...result };
      });
    },
    findSession(sessionId) {
      return answering('findSession', () => {
        const session = sessions.get(sessionId.replace('session-', ''));
        if (session === undefined) return null;
        const { captures, isClosed } = session;
        const state = captures.length > 0 ? 'PAID' : isClosed ? 'EXPIRED' : 'OPEN';
        return { state, captures: [...captures] } as const;
      });
    },
    findRefund({ refundId }) {
      return answering('findRefund', () => {
        const refund = refunds.get(refundId);
        return refund === undefined ? null : { ...refund.result };
      });
    },
    readWebhook({ headers, body }) {
      if (headers['x-signature'] !== sign(body)) throw new InvalidSignatureError('forged');
      const event = JSON.parse(body.toString()) as ProviderEvent & { isMalformed?: boolean };
      if (event.isMalformed === true) throw new InvalidEventError('malformed');
      return event;
    },
    pay(paymentId, change = {}) {
      const session = sessions.get(paymentId);
      if (session === undefined) throw new Error(`no session for ${paymentId}`);
      const { amountMinor, currency } = session.request;
      const providerReference = `charge-${randomBytes(6).toString('hex')}`;
      const capture = { providerReference, amountMinor, currency, ...change };
      session.captures.push(capture);
      return capture;
    },
    sign(event) {
      const body = Buffer.from(JSON.stringify(event));
      return {
        headers: { 'content-type': 'application/json', 'x-signature': sign(body) },
        body,
      };
    },
  };
}

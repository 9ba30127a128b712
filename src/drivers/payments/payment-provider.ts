/**
 * What the payments module needs of a payment provider. Drivers: `sandbox/` and `stripe/`. A driver only translates: it
 * keeps no state, decides nothing, and bounds the time of every call.
 *
 * Every call that changes something bears a `key` that stays the same over all its repeats, so that a repeat after a lost
 * answer has no second effect. Calls throw `ProviderUnavailableError` when the outcome is not known (away, timed out,
 * 5xx, rate limited: repeat with the same key), and `ProviderRefusedError` when the provider said no and will say it again.
 */
export interface PaymentProvider {
  readonly name: 'sandbox' | 'stripe';

  /** Opens a page at the provider on which the customer pays. */
  openSession(request: OpenSession): Promise<ProviderSession>;

  /** Ends a session, so that nobody can pay on it any more. A session that is already over is no error. */
  closeSession(request: { readonly sessionId: string; readonly key: string }): Promise<void>;

  /** Gives money back. The result may still be pending; then a webhook tells the end, or `findRefund` does. */
  refund(request: RequestRefund): Promise<ProviderRefund>;

  /** For reconciliation: what the provider knows of a session. Null when it knows none. */
  findSession(sessionId: string): Promise<ProviderSessionState | null>;

  /** For reconciliation: what became of a refund. Null when the provider never heard of it. */
  findRefund(request: {
    readonly refundId: string;
    readonly providerRefundId: string | null;
    /** The charge that the money came in by: without the provider's id, its refunds are looked through. */
    readonly providerReference: string;
  }): Promise<ProviderRefund | null>;

  /**
   * Verifies a webhook on its raw bytes and translates it. Throws `InvalidSignatureError` (forged, altered, foreign
   * secret, too old, from the future) and `InvalidEventError` (genuine but malformed). A driver may have to ask its
   * provider about a genuine event, so the answer can be a promise, and it can fail with `ProviderUnavailableError`: then
   * the event is not acknowledged, and whoever sent it sends it again.
   */
  readWebhook(request: RawWebhook): ProviderEvent | Promise<ProviderEvent>;
}

export interface OpenSession {
  /** Our id, which comes back in every webhook. It is the key of the call too. */
  readonly paymentId: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly customerEmail: string;
  /** Where the customer comes back to. */
  readonly returnUrl: string;
  /** When the order's time to pay ends; null: it has no end. */
  readonly expiresAt: Date | null;
}

export interface ProviderSession {
  readonly sessionId: string;
  /** The page to send the customer to. */
  readonly checkoutUrl: string;
}

export interface RequestRefund {
  /** Our id, and the key of the call. */
  readonly refundId: string;
  /** Null for money whose payment is not known to us. */
  readonly paymentId: string | null;
  /** The charge that the money came in by. */
  readonly providerReference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export type RefundState = 'PENDING' | 'SUCCEEDED' | 'FAILED';

export interface ProviderRefund {
  readonly providerRefundId: string;
  readonly state: RefundState;
  /** Why it failed, in the provider's words. */
  readonly failure: string | null;
}

export interface ProviderCapture {
  /** Names the charge: the same reference again is the same money. */
  readonly providerReference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export interface ProviderSessionState {
  readonly state: 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';
  /** All that was paid on it; more than one after a double payment. */
  readonly captures: readonly ProviderCapture[];
}

export interface RawWebhook {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly now: Date;
}

/** A webhook in our words. `id` is the provider's, under which it is stored once. */
export type ProviderEvent = {
  readonly id: string;
  /** The provider's own name of it. */
  readonly type: string;
  readonly createdAt: Date | null;
} & (
  | { readonly kind: 'captured'; readonly paymentId: string; readonly capture: ProviderCapture }
  | { readonly kind: 'failed'; readonly paymentId: string; readonly reason: string | null }
  | { readonly kind: 'expired'; readonly paymentId: string }
  | {
      readonly kind: 'refund';
      /** Null when the refund was made at the provider, past us. */
      readonly refundId: string | null;
      readonly paymentId: string | null;
      readonly providerRefundId: string;
      readonly providerReference: string | null;
      readonly state: RefundState;
      readonly amountMinor: number;
      readonly currency: string;
      readonly failure: string | null;
    }
  /** Acknowledged and recorded, without effect. */
  | { readonly kind: 'ignored' }
);

/** The outcome is not known, or the provider is away. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
}

/** The provider refused, for good. */
export class ProviderRefusedError extends Error {
  override readonly name = 'ProviderRefusedError';
}

export class InvalidSignatureError extends Error {
  override readonly name = 'InvalidSignatureError';
}

export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

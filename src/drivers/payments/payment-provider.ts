/**
 * The port to a payment provider. Drivers: `sandbox/` and `stripe/`. A driver only translates: it keeps no state,
 * decides nothing, and limits the time of every call.
 *
 * Every call that changes something carries a `key` that is the same for all its repeats, so that a repeat after a lost
 * response has no second effect. Calls throw `ProviderUnavailableError` if the outcome is unknown (unreachable, timed
 * out, 5xx, rate limited: repeat with the same key), and `ProviderRefusedError` if the provider refused and would
 * refuse again.
 */
export interface PaymentProvider {
  readonly name: 'sandbox' | 'stripe';

  /** Opens a page at the provider on which the customer pays. */
  openSession(request: OpenSession): Promise<ProviderSession>;

  /** Closes a session, so that it can no longer be paid. A session that has already ended is no error. */
  closeSession(request: { readonly sessionId: string; readonly key: string }): Promise<void>;

  /** Refunds money. The result may be pending; then a webhook or `findRefund` reports the end. */
  refund(request: RequestRefund): Promise<ProviderRefund>;

  /** Finds the state of a session at the provider, for reconciliation. Null if the provider has no such session. */
  findSession(sessionId: string): Promise<ProviderSessionState | null>;

  /** Finds the state of a refund, for reconciliation. Null if the provider has no such refund. */
  findRefund(request: {
    readonly refundId: string;
    readonly providerRefundId: string | null;
    /** The refunded charge. Without the provider's id of the refund, the charge's refunds are searched. */
    readonly providerReference: string;
  }): Promise<ProviderRefund | null>;

  /**
   * Verifies a webhook on its raw bytes and translates it. Throws `InvalidSignatureError` (forged, altered, foreign
   * secret, too old, from the future) and `InvalidEventError` (genuine but malformed). A driver may have to call its
   * provider about a genuine event, so the result can be a promise, which can reject with `ProviderUnavailableError`.
   * Then the event is not acknowledged, and its sender sends it again.
   */
  readWebhook(request: RawWebhook): ProviderEvent | Promise<ProviderEvent>;
}

export interface OpenSession {
  /** Our id, which every webhook carries. It is also the key of the call. */
  readonly paymentId: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Null: unknown. */
  readonly customerEmail: string | null;
  /** Where the customer returns to. */
  readonly returnUrl: string;
  /** The order's deadline for payment; null if it has none. */
  readonly expiresAt: Date | null;
}

export interface ProviderSession {
  readonly sessionId: string;
  /** The page to send the customer to. */
  readonly checkoutUrl: string;
}

export interface RequestRefund {
  /** Our id, which is also the key of the call. */
  readonly refundId: string;
  /** Null for money whose payment is unknown to us. */
  readonly paymentId: string | null;
  /** The charge to refund. */
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
  /** Identifies the charge: the same reference again is the same money. */
  readonly providerReference: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export interface ProviderSessionState {
  readonly state: 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';
  /** All charges on the session; more than one after a double payment. */
  readonly captures: readonly ProviderCapture[];
}

export interface RawWebhook {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly now: Date;
}

/** A webhook, translated. `id` is the provider's id, under which it is stored once. */
export type ProviderEvent = {
  readonly id: string;
  /** The provider's name for the type. */
  readonly type: string;
  readonly createdAt: Date | null;
} & (
  | { readonly kind: 'captured'; readonly paymentId: string; readonly capture: ProviderCapture }
  | { readonly kind: 'failed'; readonly paymentId: string; readonly reason: string | null }
  | { readonly kind: 'expired'; readonly paymentId: string }
  | {
      readonly kind: 'refund';
      /** Null if the refund was created at the provider, not by Holdfast. */
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

/** The outcome is unknown, or the provider is unavailable. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
}

/** The provider refused permanently. */
export class ProviderRefusedError extends Error {
  override readonly name = 'ProviderRefusedError';
}

export class InvalidSignatureError extends Error {
  override readonly name = 'InvalidSignatureError';
}

export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

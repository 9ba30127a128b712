import type { Database } from '../../../database/database.ts';
import type {
  PaymentProvider,
  ProviderSession,
} from '../../../drivers/payments/payment-provider.ts';
import { findPayments, type PaymentRow } from '../queries.ts';
import { storeSessions } from './queries.ts';

/**
 * Opens the provider's page of a payment, outside any transaction. The payment's id is the key and the stored request
 * is sent, so that a repeat, even from another server, returns the same page.
 */
export async function openSession(
  provider: PaymentProvider,
  payment: PaymentRow,
): Promise<ProviderSession> {
  const { id, orderId, sessionRequest, amountMinor, currency } = payment;
  if (orderId === null || sessionRequest === null) {
    throw new Error(`payment ${id} belongs to no order: there is no page to open`);
  }
  return provider.openSession({
    paymentId: id,
    orderId,
    orderNumber: sessionRequest.orderNumber,
    amountMinor,
    currency,
    customerEmail: sessionRequest.customerEmail,
    returnUrl: sessionRequest.returnUrl,
    expiresAt: sessionRequest.expiresAt === null ? null : new Date(sessionRequest.expiresAt),
  });
}

export interface OpenedSession {
  readonly paymentId: string;
  readonly session: ProviderSession;
}

export interface StoredSession {
  /** The payment in its new state. */
  readonly payment: PaymentRow;
  /** Whether this call was the first to store the page. */
  readonly isFirst: boolean;
}

/** Stores the pages that the provider opened, with each payment at most once. */
export async function storeOpenedSessions(
  database: Database,
  opened: readonly OpenedSession[],
): Promise<StoredSession[]> {
  const ids = opened.map(({ paymentId }) => paymentId);
  const rows = opened.map(({ paymentId, session }) => ({
    id: paymentId,
    session_id: session.sessionId,
    checkout_url: session.checkoutUrl,
  }));
  const stored = await database.transaction((tx) =>
    tx.pipelineCommit(storeSessions(tx, ids, JSON.stringify(rows))),
  );
  const first = new Map(stored.map((payment) => [payment.id, payment]));
  const others = ids.filter((id) => !first.has(id));
  const known = others.length === 0 ? [] : await findPayments(database, others);
  const before = new Map(known.map((payment) => [payment.id, payment]));
  return ids.map((id) => {
    const payment = first.get(id);
    return payment === undefined
      ? { payment: before.get(id)!, isFirst: false }
      : { payment, isFirst: true };
  });
}

import type { Database } from '../../../database/database.ts';
import { findReplay, type Once, once } from '../../../database/idempotency.ts';
import type { PaymentProvider } from '../../../drivers/payments/payment-provider.ts';
import type { RequestContext } from '../../../http/index.ts';
import { createBatcher } from '../../../shared/batcher.ts';
import { CodedError } from '../../../shared/errors.ts';
import { paymentsErrors, providerUnavailable } from '../errors.ts';
import { presentInitiated } from '../ledger/present-payment.ts';
import type { PaymentRow } from '../queries.ts';
import type { InitiatedView } from '../schemas.ts';
import { type OpenedPayment, openPayments, type PaymentRequest } from './open-payments.ts';
import {
  type OpenedSession,
  openSession,
  type StoredSession,
  storeOpenedSessions,
} from './open-session.ts';

const BATCH_SIZE_MAX = 200;
const WAITING_MAX = 10_000;

export interface InitiateDependencies {
  readonly database: Database;
  readonly provider: PaymentProvider;
  /** Customers come back to `/shop` below it. */
  readonly publicUrl: string;
}

export interface InitiatedPayment {
  /** True for the one request that opened the page. */
  readonly isNew: boolean;
  readonly view: InitiatedView;
}

/**
 * Lets the owner of an order pay it: makes the payment, or finds the one that is open, commits, and only then opens the
 * provider's page under the payment's id as key, so that however often and at once it is asked for, there is one payment
 * and one page. Those who ask at the same time share the transactions before and after the provider, whom each asks for
 * himself. Throws `orders.not_found`, `payments.not_payable`, and `payments.provider_unavailable` with the payment left
 * open for the retry.
 */
export function createPaymentInitiation(
  deps: InitiateDependencies,
): (context: RequestContext, orderId: string) => Promise<Once<InitiatedPayment>> {
  const { database, provider } = deps;
  const common = { batchesMax: 1, sizeMax: BATCH_SIZE_MAX, waitingMax: WAITING_MAX };
  const openPayment = createBatcher<PaymentRequest, OpenedPayment>({
    ...common,
    exclusives: ({ orderId }) => [orderId],
    run: (requests) => openPayments(database, deps, requests),
    // A second try finds what the first may have left.
    mayRetryAlone: () => true,
  });
  const keepSession = createBatcher<OpenedSession, StoredSession>({
    ...common,
    exclusives: ({ paymentId }) => [paymentId],
    run: (opened) => storeOpenedSessions(database, opened),
    mayRetryAlone: () => true,
  });

  async function openPage(payment: PaymentRow): Promise<StoredSession> {
    if (payment.sessionId !== null) return { payment, isFirst: false };
    const session = await openSession(provider, payment).catch((cause: unknown) => {
      throw providerUnavailable(cause);
    });
    return keepSession({ paymentId: payment.id, session });
  }

  async function initiate(
    context: RequestContext,
    orderId: string,
  ): Promise<Once<InitiatedPayment>> {
    const { caller, actor, cause, claim } = context;
    const opened = await openPayment({ orderId, caller, actor, cause });
    if (opened.kind === 'refused') throw opened.error;
    const result = requireOpenPage(await openPage(opened.payment));
    if (claim === null) return { result, replayed: false };
    return once(database, claim, async () => result);
  }

  return async (context, orderId) => {
    // Before any look at the state: a repeat gets its first answer, also when the order has been paid since.
    const replay = await findReplay<InitiatedPayment>(database, context.claim);
    if (replay !== null) return replay;
    try {
      return await initiate(context, orderId);
    } catch (error) {
      // So does one that came while the first was under way, and found the order paid.
      const lateReplay = await findReplay<InitiatedPayment>(database, context.claim);
      if (lateReplay !== null) return lateReplay;
      throw error;
    }
  };
}

/** Throws `payments.not_payable`: the order may have ended while the provider was asked. */
function requireOpenPage({ payment, isFirst }: StoredSession): InitiatedPayment {
  const { checkoutUrl } = payment;
  // A webhook may have been faster, too, and that is fine.
  if (checkoutUrl === null || hasEndedUnpaid(payment)) {
    throw new CodedError(paymentsErrors.notPayable);
  }
  return { isNew: isFirst, view: { payment: presentInitiated(payment), checkoutUrl } };
}

function hasEndedUnpaid({ status }: PaymentRow): boolean {
  return status === 'EXPIRED' || status === 'FAILED' || status === 'FLAGGED';
}

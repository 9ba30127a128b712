import type { Database } from '../../../database/database.ts';
import { findReplay, type Once, once } from '../../../database/idempotency.ts';
import type { PaymentProvider } from '../../../drivers/payments/payment-provider.ts';
import type { RequestContext } from '../../../http/index.ts';
import { createBatcher, TRANSACTION_GATHER_MS } from '../../../shared/batcher.ts';
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
  /** Customers return to `/shop` below it. */
  readonly publicUrl: string;
}

export interface InitiatedPayment {
  /** True only for the request that opened the page. */
  readonly isNew: boolean;
  readonly view: InitiatedView;
}

/**
 * Creates the use case that starts a payment: it creates the payment or finds the open one, commits, and only then
 * opens the provider's page under the payment's id as key. So any number of concurrent requests get one payment and one
 * page. Concurrent requests share the transactions before and after the provider, but each calls the provider itself.
 * Throws `orders.not_found`, `payments.not_payable`, and `payments.provider_unavailable` with the payment left open for
 * the retry.
 */
export function createPaymentInitiation(
  deps: InitiateDependencies,
): (context: RequestContext, orderId: string) => Promise<Once<InitiatedPayment>> {
  const { database, provider } = deps;
  const common = {
    batchesMax: 1,
    sizeMax: BATCH_SIZE_MAX,
    gatherMs: TRANSACTION_GATHER_MS,
    waitingMax: WAITING_MAX,
  };
  const openPayment = createBatcher<PaymentRequest, OpenedPayment>({
    ...common,
    exclusives: ({ orderId }) => [orderId],
    run: (requests) => openPayments(database, deps, requests),
    // A second attempt finds what the first may have left.
    mayRetryAlone: () => true,
  });
  const storeSession = createBatcher<OpenedSession, StoredSession>({
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
    return storeSession({ paymentId: payment.id, session });
  }

  async function initiate(
    context: RequestContext,
    orderId: string,
  ): Promise<Once<InitiatedPayment>> {
    const { caller, cause, claim } = context;
    const opened = await openPayment({ orderId, caller, cause });
    if (opened.kind === 'refused') throw opened.error;
    const result = requireOpenPage(await openPage(opened.payment));
    if (claim === null) return { result, replayed: false };
    return once(database, claim, async () => result);
  }

  return async (context, orderId) => {
    // Before the state is read: a repeat receives its first response, even if the order has been paid since.
    const replay = await findReplay<InitiatedPayment>(database, context.claim);
    if (replay !== null) return replay;
    try {
      return await initiate(context, orderId);
    } catch (error) {
      // A repeat that arrived while the first request was in progress, and found the order paid, receives it too.
      const lateReplay = await findReplay<InitiatedPayment>(database, context.claim);
      if (lateReplay !== null) return lateReplay;
      throw error;
    }
  };
}

/** Throws `payments.not_payable`, because the order may have ended during the call to the provider. */
function requireOpenPage({ payment, isFirst }: StoredSession): InitiatedPayment {
  const { checkoutUrl } = payment;
  // A webhook may have been faster; that is fine.
  if (checkoutUrl === null || hasEndedUnpaid(payment)) {
    throw new CodedError(paymentsErrors.notPayable);
  }
  return { isNew: isFirst, view: { payment: presentInitiated(payment), checkoutUrl } };
}

function hasEndedUnpaid({ status }: PaymentRow): boolean {
  return status === 'EXPIRED' || status === 'FAILED' || status === 'FLAGGED';
}

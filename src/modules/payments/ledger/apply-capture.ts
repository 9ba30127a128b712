import type { Transaction } from '../../../database/database.ts';
import type { ProviderCapture } from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { isId, newId } from '../../../shared/ids.ts';
import {
  confirmPaid,
  lockOrderForPayment,
  type OrderForPayment,
  recordPayment,
} from '../../orders/index.ts';
import { hasEnded } from '../payment.ts';
import {
  endOtherPayments,
  findPayment,
  lockPayment,
  markPayment,
  type PaymentRow,
} from '../queries.ts';
import { type CaptureRow, findCapture, insertCapture } from './capture-queries.ts';
import { type CaptureDecision, decideCapture } from './decide-capture.ts';
import { insertUnknownPayment, markCaptured } from './payment-queries.ts';
import { buildCaptureFact, byProvider, recordFacts } from './record-facts.ts';
import { returnCapture, returnFlagged } from './return-money.ts';

export interface CaptureToApply {
  readonly provider: string;
  /** As the provider reported it; it may not be one of our ids. */
  readonly paymentId: string;
  readonly capture: ProviderCapture;
  readonly cause: Cause;
}

/** Locks a payment and its order in the general lock order: the order's row, then the payment's. */
export async function lockPaymentAndOrder(
  tx: Transaction,
  provider: string,
  paymentId: string,
): Promise<{ payment: PaymentRow; order: OrderForPayment } | null> {
  if (!isId(paymentId)) return null;
  const [found] = await findPayment(tx, paymentId);
  if (found === undefined || found.provider !== provider || found.orderId === null) return null;
  const [order, [payment]] = await Promise.all([
    lockOrderForPayment(tx, found.orderId),
    lockPayment(tx, paymentId),
  ]);
  return order === null || payment === undefined ? null : { payment, order };
}

/**
 * Records a charge in the ledger and applies its effects on payment and order, all in one transaction. A charge is
 * identified by its reference: applied twice, it counts once. Returns its kind.
 */
export async function applyCapture(
  tx: Transaction,
  charge: CaptureToApply,
): Promise<CaptureDecision['kind']> {
  const { provider, capture } = charge;
  const locked = await lockPaymentAndOrder(tx, provider, charge.paymentId);
  const [known] = await findCapture(tx, provider, capture.providerReference);
  const decision = decideCapture({
    isKnown: known !== undefined,
    capture,
    payment: locked?.payment ?? null,
    order: locked?.order ?? null,
  });
  if (decision.kind === 'duplicate') return decision.kind;
  if (locked === null) await flagUnknown(tx, charge, decision);
  else await settleCapture(tx, charge, decision, locked);
  return decision.kind;
}

async function settleCapture(
  tx: Transaction,
  charge: CaptureToApply,
  decision: CaptureDecision,
  { payment, order }: { payment: PaymentRow; order: OrderForPayment },
): Promise<void> {
  const by = byProvider(charge.cause);
  const fact = { paymentId: payment.id, ...charge.capture };
  const { providerReference } = charge.capture;
  if (decision.kind === 'surplus') {
    await returnCapture(tx, order, await writeCapture(tx, charge, payment, decision));
    return;
  }
  if (decision.kind === 'flagged') {
    await Promise.all([
      writeCapture(tx, charge, payment, decision),
      markPayment(tx, payment.id, 'FLAGGED', providerReference),
      recordPayment(tx, order, {
        // An order that has ended keeps its payment status.
        paymentStatus: hasEnded(order) ? order.paymentStatus : 'FAILED',
        facts: [buildCaptureFact('payment.flagged', fact, decision.reason)],
        ...by,
      }),
    ]);
    return;
  }
  const change = {
    paymentStatus: 'PAID',
    facts: [buildCaptureFact('payment.captured', fact)],
    ...by,
  } as const;
  const isMatched = decision.kind === 'matched';
  const [captured, , , paid] = await Promise.all([
    writeCapture(tx, charge, payment, decision),
    markCaptured(tx, payment.id, providerReference),
    endOtherPayments(tx, [order.id], [payment.id]),
    isMatched ? confirmPaid(tx, order, change) : recordPayment(tx, order, change),
  ]);
  if (isMatched) await returnFlagged(tx, paid);
  else await returnCapture(tx, paid, captured);
}

/** Records money that belongs to nothing known here: it gets a payment of its own, so that an admin can refund it. */
async function flagUnknown(
  tx: Transaction,
  charge: CaptureToApply,
  decision: CaptureDecision,
): Promise<void> {
  const { providerReference, amountMinor, currency } = charge.capture;
  const [payment] = await insertUnknownPayment(
    tx,
    newId(),
    charge.provider,
    providerReference,
    amountMinor,
    currency,
  );
  const captured = await writeCapture(tx, charge, payment!, decision);
  const reason = decision.kind === 'flagged' ? decision.reason : null;
  const fact = buildCaptureFact('payment.flagged', captured, reason);
  await recordFacts(tx, null, [fact], byProvider(charge.cause));
}

async function writeCapture(
  tx: Transaction,
  { provider, capture }: CaptureToApply,
  payment: PaymentRow,
  decision: CaptureDecision,
): Promise<CaptureRow> {
  const kind =
    decision.kind === 'surplus' || decision.kind === 'flagged' ? decision.kind : 'matched';
  const returnCause =
    decision.kind === 'surplus' || decision.kind === 'late' ? decision.kind : null;
  const [row] = await insertCapture(
    tx,
    newId(),
    provider,
    capture.providerReference,
    payment.id,
    payment.orderId,
    kind,
    capture.amountMinor,
    capture.currency,
    returnCause,
    decision.kind === 'flagged' ? decision.reason : null,
  );
  return row!;
}

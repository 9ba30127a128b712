import type { Database, Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { type Money, money } from '../../shared/money.ts';
import { lockOrderForPayment } from '../orders/index.ts';
import { type CaptureRow, lockReturnable } from './capture-queries.ts';
import { paymentsErrors } from './errors.ts';
import { presentRefund } from './present-payment.ts';
import { findPayment, lockPayment } from './queries.ts';
import { createRefund } from './return-money.ts';
import type { RefundInput, RefundView } from './schemas.ts';

/**
 * Gives money of a payment back, all that is left of it when no amount is said. It is asked of the provider after the
 * commit. Throws `payments.not_found`, `payments.not_captured`, `payments.refund_exceeds_captured`, and
 * `request.invalid` for an amount of 0 or in another currency than the money came in.
 */
export async function refundPayment(
  database: Database,
  context: RequestContext,
  paymentId: string,
  input: RefundInput,
): Promise<Once<RefundView>> {
  if (input.amount?.amount === 0) throw invalidInput('/amount/amount', 'A refund is more than 0.');
  return once(database, context.claim, (tx) => refund(tx, context, paymentId, input));
}

async function refund(
  tx: Transaction,
  { actor, cause }: RequestContext,
  paymentId: string,
  { amount, reason }: RefundInput,
): Promise<RefundView> {
  const [found] = await findPayment(tx, paymentId);
  if (found === undefined) throw new CodedError(paymentsErrors.notFound);
  const order = found.orderId === null ? null : await lockOrderForPayment(tx, found.orderId);
  await lockPayment(tx, paymentId);
  const captures = await lockReturnable(tx, paymentId);
  const capture = choose(captures, amount);
  const amountMinor = amount?.amount ?? leftOf(capture);
  const by = { actor, cause };
  const row = await createRefund(tx, order, capture, { cause: 'admin', amountMinor, reason }, by);
  return presentRefund(row);
}

/** What paid the order first; what was flagged or came twice only when nothing of that is left. */
function choose(captures: readonly CaptureRow[], amount: Money | undefined): CaptureRow {
  const [first] = captures;
  if (first === undefined) throw new CodedError(paymentsErrors.notCaptured);
  const inCurrency = captures.filter(
    ({ currency }) => amount === undefined || currency === amount.currency,
  );
  if (inCurrency.length === 0) {
    throw invalidInput('/amount/currency', `The money came in ${first.currency}.`);
  }
  const capture = inCurrency.find((one) => leftOf(one) > 0) ?? inCurrency[0]!;
  const leftMinor = leftOf(capture);
  if (leftMinor === 0 || (amount?.amount ?? 0) > leftMinor) {
    throw new CodedError(paymentsErrors.refundExceedsCaptured, {
      extensions: { left: money(leftMinor, capture.currency) },
    });
  }
  return capture;
}

function leftOf({ amountMinor, takenMinor }: CaptureRow): number {
  return amountMinor - takenMinor;
}

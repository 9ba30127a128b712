import type { Database, Transaction } from '../../../database/database.ts';
import { type Once, once } from '../../../database/idempotency.ts';
import type { RequestContext } from '../../../http/index.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { money } from '../../../shared/money.ts';
import { lockOrderForPayment } from '../../orders/index.ts';
import { paymentsErrors } from '../errors.ts';
import { findPayment, lockPayment } from '../queries.ts';
import type { RefundInput, RefundView } from '../schemas.ts';
import { type CaptureRow, lockReturnable } from './capture-queries.ts';
import { presentRefund } from './present-payment.ts';
import { lockRefundsOf, requireWithinLimit } from './refund-limits.ts';
import { createRefund } from './return-money.ts';

/**
 * Refunds money of a payment; without an amount, all that is left of one of its charges. The provider is called after
 * the commit. Throws `payments.not_found`, `payments.not_captured`, `payments.refund_exceeds_captured`,
 * `payments.charge_ambiguous`, and `request.invalid` for an amount of 0 or in a different currency than the charge, and
 * for a charge of another payment; then `auth.step_up_required` or `payments.refund_limit`, see `requireWithinLimit`.
 */
export async function refundPayment(
  database: Database,
  context: RequestContext,
  paymentId: string,
  input: RefundInput,
  stepUpMinor: number,
): Promise<Once<RefundView>> {
  if (input.amount?.amount === 0)
    throw invalidInput('/amount/amount', 'A refund must be more than 0.');
  const outcome = await once(database, context.claim, (tx) =>
    refund(tx, context, paymentId, input, stepUpMinor),
  );
  // A repeat is no way around the proof. What was made below the limit needs none.
  if (outcome.replayed && context.caller.kind === 'user') {
    await requireWithinLimit(database, context.caller, outcome.result.refund, stepUpMinor);
  }
  return outcome;
}

async function refund(
  tx: Transaction,
  { caller, actor, cause }: RequestContext,
  paymentId: string,
  input: RefundInput,
  stepUpMinor: number,
): Promise<RefundView> {
  await lockRefundsOf(tx, caller);
  const [found] = await findPayment(tx, paymentId);
  if (found === undefined) throw new CodedError(paymentsErrors.notFound);
  const order = found.orderId === null ? null : await lockOrderForPayment(tx, found.orderId);
  await lockPayment(tx, paymentId);
  const captures = await lockReturnable(tx, paymentId);
  const capture = chooseCharge(captures, input);
  const amountMinor = input.amount?.amount ?? getRefundable(capture);
  const amount = money(amountMinor, capture.currency);
  await requireWithinLimit(tx, caller, { id: null, amount }, stepUpMinor);
  const wanted = { cause: 'admin', amountMinor, reason: input.reason } as const;
  const { refund } = await createRefund(tx, order, capture, wanted, { actor, cause });
  return presentRefund(refund);
}

/**
 * Returns the named charge, or the only possible one: a refund never takes money of one charge that another brought in.
 */
function chooseCharge(
  captures: readonly CaptureRow[],
  { amount, providerReference }: RefundInput,
): CaptureRow {
  if (captures.length === 0) throw new CodedError(paymentsErrors.notCaptured);
  const named = captures.filter(
    (one) => providerReference === undefined || one.providerReference === providerReference,
  );
  if (named.length === 0) {
    throw invalidInput('/providerReference', 'This payment has no money from that charge.');
  }
  const inCurrency = named.filter(
    ({ currency }) => amount === undefined || currency === amount.currency,
  );
  if (inCurrency.length === 0) {
    throw invalidInput('/amount/currency', `The money was received in ${named[0]!.currency}.`);
  }
  const withMoney = inCurrency.filter((one) => getRefundable(one) > 0);
  if (withMoney.length > 1) {
    throw new CodedError(paymentsErrors.chargeAmbiguous, {
      extensions: { charges: withMoney.map(getRefundableOfCharge) },
    });
  }
  const capture = withMoney[0] ?? inCurrency[0]!;
  const leftMinor = getRefundable(capture);
  if (leftMinor === 0 || (amount?.amount ?? 0) > leftMinor) {
    throw new CodedError(paymentsErrors.refundExceedsCaptured, {
      extensions: { left: money(leftMinor, capture.currency) },
    });
  }
  return capture;
}

function getRefundableOfCharge(capture: CaptureRow) {
  const { providerReference, kind, currency } = capture;
  return { providerReference, kind, left: money(getRefundable(capture), currency) };
}

function getRefundable({ amountMinor, refundAllocatedMinor }: CaptureRow): number {
  return amountMinor - refundAllocatedMinor;
}

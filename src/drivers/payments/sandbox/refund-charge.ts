import { idempotencyErrors, requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findRefund, findRefundMode, insertRefund, type RefundRow } from './charge-queries.ts';
import type { SandboxContext } from './context.ts';
import { insertDeliveries } from './delivery-queries.ts';
import { newReference, sealEvent } from './sandbox-event.ts';
import type { RefundMode, RefundReply, RefundRequest } from './schemas.ts';

/** The duration of a refund that does not end at once. */
const SETTLES_AFTER_MS = 10_000;
const FAILURE = "The customer's bank refused the refund.";

type Ending = 'SUCCEEDED' | 'FAILED';

const endings: Readonly<Record<RefundMode, { readonly end: Ending; readonly afterMs: number }>> = {
  succeed: { end: 'SUCCEEDED', afterMs: 0 },
  fail: { end: 'FAILED', afterMs: 0 },
  succeed_later: { end: 'SUCCEEDED', afterMs: SETTLES_AFTER_MS },
  fail_later: { end: 'FAILED', afterMs: SETTLES_AFTER_MS },
};

/**
 * Refunds any charge that the request names: the shop may know of money that the sandbox does not. The same refund
 * again returns its current state; with another amount it is refused. A webhook reports the end in any case.
 */
export async function refundCharge(
  { database, deliveries }: SandboxContext,
  request: RefundRequest,
): Promise<RefundReply> {
  const { refundId, paymentId, providerReference, amount, currency } = request;
  const { refund, claimed } = await database.transaction(async (tx) => {
    const [setting] = await findRefundMode(tx, providerReference);
    const { end, afterMs } = endings[setting?.mode ?? 'succeed'];
    const [created] = await insertRefund(
      tx,
      newReference('sbr'),
      refundId,
      paymentId,
      providerReference,
      amount,
      currency,
      afterMs === 0 ? end : 'PENDING',
      afterMs === 0 ? null : end,
      afterMs === 0 ? null : afterMs,
    );
    if (created === undefined) return { refund: (await findRefund(tx, refundId))[0]!, claimed: [] };
    const event = sealEvent({
      type: end === 'SUCCEEDED' ? 'refund.succeeded' : 'refund.failed',
      data: {
        refundId,
        providerRefundId: created.id,
        ...(paymentId === null ? {} : { paymentId }),
        providerReference,
        amount,
        currency,
        ...(end === 'FAILED' ? { reason: FAILURE } : {}),
      },
      delayMs: afterMs,
    });
    return {
      refund: created,
      claimed: await deliveries.post([event], (...rows) => insertDeliveries(tx, ...rows)),
    };
  });
  void deliveries.send(claimed);
  if (
    refund.chargeReference !== providerReference ||
    refund.amountMinor !== amount ||
    refund.currency !== currency
  ) {
    throw new CodedError(idempotencyErrors.keyReused);
  }
  return present(refund);
}

/** Returns a refund, found by the merchant's id or by the sandbox's own. */
export async function describeRefund(
  { database }: SandboxContext,
  id: string,
): Promise<RefundReply> {
  const [refund] = await findRefund(database, id);
  if (refund === undefined) throw new CodedError(requestErrors.notFound);
  return present(refund);
}

function present({ id, status }: RefundRow): RefundReply {
  return { id, state: status, failure: status === 'FAILED' ? FAILURE : null };
}

import type { Handlers } from '../store/connection.ts';
import type { Row, StoreTransaction } from '../store/store.ts';
import { byTime, isDue, refundsOf } from './payments.ts';

function withCharge(tx: StoreTransaction, refund: Row): Row {
  const { provider, providerReference } = tx.get('payment_captures', refund.captureId)!;
  return { ...refund, provider, providerReference };
}

/** The statements of refunds. */
export const refundStatements: Handlers = {
  'payments.insert_refund': (
    tx,
    id: string,
    captureId: string,
    paymentId: string,
    orderId: string | null,
    cause: string,
    amountMinor: number,
    currency: string,
    reason: string,
    status: string,
    providerRefundId: string | null,
    actorId: string | null,
  ) => {
    const refund = { id, captureId, paymentId, orderId, cause, amountMinor, currency, reason };
    const row = {
      ...refund,
      status,
      providerRefundId,
      attempts: 0,
      createdAt: tx.now,
      updatedAt: tx.now,
      nextAttemptAtMs: status === 'PENDING' ? tx.startedAtMs : null,
      actorId,
    };
    tx.insert('payment_refunds', id, row, 'payment_refunds_pkey');
    return [row];
  },
  'payments.find_refund': (tx, id: string | null, _provider: string, providerRefundId: string) =>
    tx
      .rows('payment_refunds')
      .filter((row) => (id === null ? row.providerRefundId === providerRefundId : row.id === id))
      .slice(0, 1),
  'payments.find_refund_by_id': (tx, id: string) => [tx.get('payment_refunds', id) ?? []].flat(),
  'payments.lock_refund': (tx, id: string) => [tx.lockRow('payment_refunds', id) ?? []].flat(),
  'payments.find_unanswered_refund': (tx, captureId: string) =>
    refundsOf(tx, captureId).filter(
      ({ status, providerRefundId }) => status === 'PENDING' && providerRefundId === null,
    ),
  'payments.settle_refund': (
    tx,
    id: string,
    status: string,
    providerRefundId: string | null,
    lastError: string | null,
  ) => {
    const row = tx.lockRow('payment_refunds', id)!;
    return [
      tx.patch('payment_refunds', id, {
        status,
        providerRefundId: providerRefundId ?? row.providerRefundId,
        lastError,
        nextAttemptAtMs: null,
        updatedAt: tx.now,
      }),
    ];
  },
  'payments.postpone_refund': (
    tx,
    id: string,
    seconds: number,
    providerRefundId: string | null,
    lastError: string | null,
  ) => {
    const row = tx.lockRow('payment_refunds', id);
    if (row?.status !== 'PENDING') return [];
    tx.patch('payment_refunds', id, {
      nextAttemptAtMs: tx.startedAtMs + seconds * 1_000,
      providerRefundId: providerRefundId ?? row.providerRefundId,
      lastError,
    });
    return [];
  },
  'payments.lease_refunds': (tx, provider: string, limit: number, leaseSeconds: number) =>
    tx
      .rows('payment_refunds')
      .filter((row) => isDue(row, tx) && withCharge(tx, row).provider === provider)
      .sort(byTime)
      .filter(({ id }) => tx.tryLockRow('payment_refunds', id))
      .slice(0, limit)
      .map(({ id, attempts }) =>
        withCharge(
          tx,
          tx.patch('payment_refunds', id, {
            nextAttemptAtMs: tx.startedAtMs + leaseSeconds * 1_000,
            attempts: attempts + 1,
          }),
        ),
      ),
  'payments.list_settled_refunds': (tx, provider: string, since: Date, afterId: string) =>
    tx
      .rows('payment_refunds')
      .filter(({ updatedAt, providerRefundId }) => updatedAt >= since && providerRefundId !== null)
      .filter(({ id, status }) => status !== 'FAILED' && id > afterId)
      .map((row) => withCharge(tx, row))
      .filter((row) => row.provider === provider)
      .sort((one, other) => (one.id < other.id ? -1 : 1)),
  'payments.lock_refunds_of_actor': (tx, actorId: string) => {
    tx.lock(`the refunds of ${actorId}`);
    return [];
  },
};

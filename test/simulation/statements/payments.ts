import type { Handlers } from '../store/connection.ts';
import { type Row, type StoreTransaction, violation } from '../store/store.ts';

/** The statements of payments: pages, charges, refunds, and the inbox of the provider's events. */

const ENDED = ['CANCELLED', 'FAILED', 'COMPLETED'];
const CAPTURED = ['CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED'];

function requireCheck(holds: boolean, constraint: string): void {
  if (!holds) throw violation(constraint, '23514');
}

export function isDue(row: Row, tx: StoreTransaction): boolean {
  return row.nextAttemptAtMs !== null && row.nextAttemptAtMs <= tx.startedAtMs;
}

export const byTime = (one: Row, other: Row) => one.nextAttemptAtMs - other.nextAttemptAtMs;

/** Changes a payment that another statement may have locked, and returns it. */
function patchPayment(tx: StoreTransaction, id: string, change: (row: Row) => Row): Row[] {
  const row = tx.lockRow('payments', id);
  if (row === undefined) return [];
  const changed = { ...row, ...change(row) };
  if (changed.status === 'OPEN') {
    tx.claim('payments_order_id_open_key', changed.orderId, () =>
      tx
        .rows('payments')
        .some((one) => one.id !== id && one.status === 'OPEN' && one.orderId === changed.orderId),
    );
  }
  const { status, amountMinor, capturedMinor, refundedMinor } = changed;
  requireCheck(capturedMinor > 0 === CAPTURED.includes(status), 'payments_captured_check');
  requireCheck(
    refundedMinor >= 0 && refundedMinor <= capturedMinor && capturedMinor <= amountMinor,
    'payments_sums_check',
  );
  tx.put('payments', id, changed);
  return [changed];
}

/** What ends a page that could still be paid: it is to be closed at the provider. */
function endPage(tx: StoreTransaction, id: string): void {
  patchPayment(tx, id, ({ status }) => ({
    status: status === 'OPEN' ? 'EXPIRED' : status,
    nextAttemptAtMs: tx.startedAtMs,
    updatedAt: tx.now,
  }));
}

function newPayment(tx: StoreTransaction, given: Row): Row {
  return {
    capturedMinor: 0,
    refundedMinor: 0,
    providerReference: null,
    sessionRequest: null,
    sessionId: null,
    checkoutUrl: null,
    closedAt: null,
    nextAttemptAtMs: null,
    attempts: 0,
    createdAt: tx.now,
    updatedAt: tx.now,
    ...given,
  };
}

function captured(tx: StoreTransaction, reference: string) {
  return (payment: Row): Row => ({
    status: 'CAPTURED',
    capturedMinor: payment.capturedMinor + payment.amountMinor,
    providerReference: reference,
    closedAt: payment.closedAt ?? tx.now,
    nextAttemptAtMs: null,
    updatedAt: tx.now,
  });
}

function insertCapture(tx: StoreTransaction, given: Row): Row {
  const { provider, providerReference } = given;
  const capture = {
    returnCause: null,
    refundAllocatedMinor: 0,
    createdAt: tx.now,
    ...given,
  } as unknown as Row;
  tx.claim('payment_captures_reference_key', `${provider} ${providerReference}`, () =>
    tx.rows('payment_captures').some((one) => one.providerReference === providerReference),
  );
  if (capture.kind === 'matched') {
    tx.claim('payment_captures_order_id_matched_key', capture.orderId, () =>
      tx
        .rows('payment_captures')
        .some(({ kind, orderId }) => kind === 'matched' && orderId === capture.orderId),
    );
  }
  tx.put('payment_captures', capture.id, capture);
  return capture;
}

function capturesOf(tx: StoreTransaction, paymentId: string): Row[] {
  return tx.rows('payment_captures').filter((one) => one.paymentId === paymentId);
}

export function refundsOf(tx: StoreTransaction, captureId: string): Row[] {
  return tx.rows('payment_refunds').filter((one) => one.captureId === captureId);
}

export const pageStatements: Handlers = {
  'payments.find': (tx, id: string) => [tx.get('payments', id) ?? []].flat(),
  'payments.find_several': (tx, ids: string[]) => ids.flatMap((id) => tx.get('payments', id) ?? []),
  'payments.lock': (tx, id: string) => [tx.lockRow('payments', id) ?? []].flat(),
  'payments.mark': (tx, id: string, status: string, reference: string | null) =>
    patchPayment(tx, id, (row) => ({
      status,
      providerReference: reference ?? row.providerReference,
      updatedAt: tx.now,
    })),
  'payments.mark_closed': (tx, id: string) => {
    patchPayment(tx, id, ({ closedAt }) => ({
      closedAt: closedAt ?? tx.now,
      sessionRequest: null,
      nextAttemptAtMs: null,
    }));
    return [];
  },
  'payments.end_others': (tx, orderIds: string[], exceptIds: string[]) => {
    for (const { id, orderId, closedAt, nextAttemptAtMs } of tx.rows('payments')) {
      const isOther = orderIds.includes(orderId) && !exceptIds.includes(id);
      if (isOther && closedAt === null && nextAttemptAtMs === null) endPage(tx, id);
    }
    return [];
  },
  'payments.end_of_ended_orders': (tx, limit: number) => {
    const ended = tx
      .rows('payments')
      .filter(
        ({ id, orderId, closedAt, nextAttemptAtMs }) =>
          closedAt === null &&
          nextAttemptAtMs === null &&
          ENDED.includes(tx.get('orders', orderId)?.status) &&
          tx.tryLockRow('payments', id),
      )
      .slice(0, limit);
    for (const { id } of ended) endPage(tx, id);
    return ended;
  },
  'payments.lease_closings': (tx, provider: string, limit: number, leaseSeconds: number) =>
    tx
      .rows('payments')
      .filter((row) => row.provider === provider && isDue(row, tx))
      .sort(byTime)
      .filter(({ id }) => tx.tryLockRow('payments', id))
      .slice(0, limit)
      .flatMap(({ id }) =>
        patchPayment(tx, id, ({ attempts }) => ({
          nextAttemptAtMs: tx.startedAtMs + leaseSeconds * 1_000,
          attempts: attempts + 1,
        })),
      ),
  'payments.postpone_closing': (tx, id: string, seconds: number) => {
    if (tx.lockRow('payments', id)?.nextAttemptAtMs === null) return [];
    patchPayment(tx, id, () => ({ nextAttemptAtMs: tx.startedAtMs + seconds * 1_000 }));
    return [];
  },
  'payments.find_payers': (tx, orderIds: string[]) =>
    orderIds.flatMap((ofOrder) => {
      const order = tx.get('orders', ofOrder);
      if (order === undefined) return [];
      const { email } = tx.get('users', order.customerId)!;
      const payments = tx
        .rows('payments')
        .filter(
          ({ orderId, status, closedAt }) =>
            orderId === ofOrder && (status === 'OPEN' || closedAt === null),
        );
      if (payments.length === 0) return [{ ofOrder, email, id: null }];
      return payments.map((payment) => ({ ofOrder, email, ...payment }));
    }),
  'payments.insert': (tx, rows: string) =>
    (JSON.parse(rows) as Row[]).map((row) => {
      const payment = newPayment(tx, {
        id: row.id,
        orderId: row.order_id,
        provider: row.provider,
        status: 'OPEN',
        amountMinor: row.amount_minor,
        currency: row.currency,
        sessionRequest: row.session_request,
      });
      tx.insert('payments', row.id, payment, 'payments_pkey');
      return patchPayment(tx, row.id, () => ({}))[0]!;
    }),
  'payments.insert_unknown': (
    tx,
    id: string,
    provider: string,
    providerReference: string,
    amountMinor: number,
    currency: string,
  ) => {
    const given = { id, orderId: null, provider, providerReference, amountMinor, currency };
    const payment = newPayment(tx, { ...given, status: 'FLAGGED', closedAt: tx.now });
    tx.insert('payments', id, payment, 'payments_pkey');
    return [payment];
  },
  'payments.store_sessions': (tx, ids: string[], rows: string) => {
    tx.lockRows('payments', ids);
    return (JSON.parse(rows) as Row[]).flatMap((row) => {
      if (tx.get('payments', row.id)?.sessionId !== null) return [];
      return patchPayment(tx, row.id, () => ({
        sessionId: row.session_id,
        checkoutUrl: row.checkout_url,
        sessionRequest: null,
      }));
    });
  },
  'payments.list_for_reconciliation': (tx, provider: string, since: Date, afterId: string) =>
    tx
      .rows('payments')
      .filter(
        (row) =>
          row.provider === provider &&
          (row.updatedAt >= since || row.status === 'OPEN') &&
          row.sessionId !== null &&
          row.id > afterId,
      )
      .sort((one, other) => (one.id < other.id ? -1 : 1)),
  'payments.find_reported': (tx, ids: string[], providers: string[], references: string[]) => {
    const orderIds = new Set(ids.flatMap((id) => tx.get('payments', id)?.orderId ?? []));
    const knownCharges = references.flatMap((reference, index) =>
      tx.rows('payment_captures').some((one) => one.providerReference === reference)
        ? `${providers[index]}:${reference}`
        : [],
    );
    return tx
      .rows('payments')
      .filter(({ orderId }) => orderIds.has(orderId))
      .map((payment) => ({ ...payment, knownCharges }));
  },
  'payments.mark_captured': (tx, id: string, reference: string) =>
    patchPayment(tx, id, captured(tx, reference)),
  'payments.mark_returned': (tx, id: string, status: string) => {
    patchPayment(tx, id, () => ({ status, updatedAt: tx.now }));
    return [];
  },
};

const kinds = ['matched', 'flagged', 'surplus'];

export const captureStatements: Handlers = {
  'payments.find_capture': (tx, _provider: string, reference: string) =>
    tx.rows('payment_captures').filter((one) => one.providerReference === reference),
  'payments.lock_orders': (tx, paymentIds: string[]) => {
    const ids = new Set(paymentIds.flatMap((id) => tx.get('payments', id)?.orderId ?? []));
    return [...ids]
      .sort()
      .filter((id) => tx.tryLockRow('orders', id))
      .map((id) => tx.get('orders', id)!);
  },
  'payments.lock_capture': (tx, id: string) => [tx.lockRow('payment_captures', id) ?? []].flat(),
  'payments.lock_flagged': (tx, orderId: string) =>
    tx
      .rows('payment_captures')
      .filter(
        (one) =>
          one.kind === 'flagged' &&
          one.refundAllocatedMinor < one.amountMinor &&
          tx.get('payments', one.paymentId)?.orderId === orderId,
      )
      .map(({ id }) => tx.lockRow('payment_captures', id)!),
  'payments.insert_capture': (
    tx,
    id: string,
    provider: string,
    providerReference: string,
    paymentId: string,
    orderId: string | null,
    kind: string,
    amountMinor: number,
    currency: string,
    returnCause: string | null,
    reason: string | null,
  ) => {
    const charge = { id, provider, providerReference, paymentId, orderId, amountMinor, currency };
    return [insertCapture(tx, { ...charge, kind, returnCause, reason })];
  },
  'payments.insert_matches': (tx, rows: string) => {
    for (const row of JSON.parse(rows) as Row[]) {
      insertCapture(tx, {
        id: row.id,
        provider: row.provider,
        providerReference: row.provider_reference,
        paymentId: row.payment_id,
        orderId: row.order_id,
        kind: 'matched',
        amountMinor: row.amount_minor,
        currency: row.currency,
      });
      patchPayment(tx, row.payment_id, captured(tx, row.provider_reference));
    }
    return [];
  },
  'payments.find_captures_of_payment': (tx, paymentId: string) =>
    capturesOf(tx, paymentId).filter(({ amountMinor }) => amountMinor > 0),
  'payments.lock_returnable': (tx, paymentId: string) =>
    capturesOf(tx, paymentId)
      .filter(({ amountMinor }) => amountMinor > 0)
      .sort((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind))
      .map(({ id }) => tx.lockRow('payment_captures', id)!),
  'payments.change_taken': (tx, id: string, deltaMinor: number) => {
    const capture = tx.lockRow('payment_captures', id)!;
    const refundAllocatedMinor = capture.refundAllocatedMinor + deltaMinor;
    requireCheck(
      refundAllocatedMinor >= 0 && refundAllocatedMinor <= capture.amountMinor,
      'payment_captures_taken_minor_check',
    );
    tx.patch('payment_captures', id, { refundAllocatedMinor });
    if (capture.kind === 'matched') {
      patchPayment(tx, capture.paymentId, ({ refundedMinor }) => ({
        refundedMinor: refundedMinor + deltaMinor,
        updatedAt: tx.now,
      }));
    }
    return [{ id }];
  },
  'payments.sum_returned': (tx, captureId: string) => [
    {
      returnedMinor: refundsOf(tx, captureId)
        .filter(({ status }) => status === 'SUCCEEDED')
        .reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    },
  ],
  'payments.find_due_returns': (tx, limit: number, baseSeconds: number, failuresMax: number) =>
    tx
      .rows('payment_captures')
      .filter((capture) => mustReturn(tx, capture))
      .filter(({ id }) => {
        const failed = refundsOf(tx, id).filter(({ status }) => status === 'FAILED');
        if (failed.length === 0) return true;
        const lastAtMs = Math.max(...failed.map(({ updatedAt }) => updatedAt.getTime()));
        const waitMs = baseSeconds * 2 ** (failed.length - 1) * 1_000;
        return failed.length < failuresMax && lastAtMs + waitMs <= tx.startedAtMs;
      })
      .slice(0, limit)
      .map(({ id, orderId }) => ({ captureId: id, orderId })),
};

function mustReturn(tx: StoreTransaction, capture: Row): boolean {
  if (capture.refundAllocatedMinor >= capture.amountMinor) return false;
  const order = capture.orderId === null ? undefined : tx.get('orders', capture.orderId);
  const isPaid = ['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'].includes(order?.paymentStatus);
  if (capture.returnCause !== null) return true;
  if (capture.kind === 'flagged' && (ENDED.includes(order?.status) || isPaid)) return true;
  const endedUnsold = order?.status === 'CANCELLED' || order?.status === 'FAILED';
  return endedUnsold && ['PAID', 'PARTIALLY_REFUNDED'].includes(order.paymentStatus);
}

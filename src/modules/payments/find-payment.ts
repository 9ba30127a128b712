import type { Queryable } from '../../database/statement.ts';
import { type Caller, isStaff } from '../../shared/caller.ts';
import { CodedError } from '../../shared/errors.ts';
import { buildPage, type Cursors, PAGE_LIMIT_DEFAULT, type Page } from '../../shared/pagination.ts';
import { isVisibleOrder, requireVisibleOrder } from '../orders/index.ts';
import { paymentsErrors } from './errors.ts';
import { listCharges } from './ledger/charge-queries.ts';
import { presentListedPayment, presentPayment } from './ledger/present-payment.ts';
import { findPayment, listPayments as readPayments } from './queries.ts';
import type {
  ListedPaymentView,
  ListOrderPaymentsInput,
  ListPaymentsInput,
  PaymentView,
} from './schemas.ts';

/** Returns a payment. Throws `payments.not_found`, also if it is not the caller's. */
export async function getPayment(
  db: Queryable,
  caller: Caller,
  paymentId: string,
): Promise<PaymentView> {
  const [payment] = await findPayment(db, paymentId);
  if (payment === undefined) throw new CodedError(paymentsErrors.notFound);
  if (!(isStaff(caller) || (await isVisibleOrder(db, caller, payment.orderId)))) {
    throw new CodedError(paymentsErrors.notFound);
  }
  return presentPayment(payment, await listCharges(db, [payment.id]));
}

/** Lists payments, newest first, for staff. Throws `request.invalid_cursor`. */
export function listPayments(
  db: Queryable,
  cursors: Cursors,
  { limit = PAGE_LIMIT_DEFAULT, cursor, status, orderId }: ListPaymentsInput,
): Promise<Page<ListedPaymentView>> {
  const statuses = status === undefined ? null : status.split(',');
  return toPage(db, cursors, { statuses, orderId: orderId ?? null }, limit, cursor);
}

/** Lists the payments of one order, newest first. Throws `orders.not_found` and `request.invalid_cursor`. */
export async function listOrderPayments(
  db: Queryable,
  cursors: Cursors,
  caller: Caller,
  orderId: string,
  { limit = PAGE_LIMIT_DEFAULT, cursor }: ListOrderPaymentsInput,
): Promise<Page<ListedPaymentView>> {
  await requireVisibleOrder(db, caller, orderId);
  return toPage(db, cursors, { statuses: null, orderId }, limit, cursor);
}

async function toPage(
  db: Queryable,
  cursors: Cursors,
  filters: { readonly statuses: readonly string[] | null; readonly orderId: string | null },
  limit: number,
  cursor: string | undefined,
): Promise<Page<ListedPaymentView>> {
  const scope = { list: 'payments', ...filters };
  const [beforeAt = null, beforeId = null] =
    cursor === undefined ? [] : (cursors.decode(scope, cursor) as [string, string]);
  const { statuses, orderId } = filters;
  const rows = await readPayments(db, statuses, orderId, beforeAt, beforeId, limit + 1);
  const charges = await listCharges(
    db,
    rows.map(({ id }) => id),
  );
  const byPayment = Map.groupBy(charges, ({ paymentId }) => paymentId);
  return buildPage(
    rows,
    limit,
    (row) => presentListedPayment(row, byPayment.get(row.id) ?? []),
    (last) => cursors.encode(scope, [last.createdAt.toISOString(), last.id]),
  );
}

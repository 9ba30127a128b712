import type { Database, Transaction } from '../../../database/database.ts';
import { type Once, once } from '../../../database/idempotency.ts';
import { type RequestContext, requireMatch } from '../../../http/index.ts';
import { isStaff } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { lockCustomers } from '../../accounts/index.ts';
import { ordersErrors } from '../errors.ts';
import { classifyStep, isCancellableByOwner } from '../order-status.ts';
import { findOrderViews, requireVisible, toOrderActor } from '../reading/find-order.ts';
import { countCancellations, lockOrder } from '../reading/queries.ts';
import type { OrderView } from '../schemas.ts';
import { changeOrder } from './change-order.ts';

export interface CancelRules {
  /** Cancellations per customer in 24 hours; 0: no limit. */
  readonly cancellationsPerDayMax: number;
}

export interface CancelOrder {
  readonly orderId: string;
  readonly reason: string | null;
  readonly ifMatch: readonly number[] | null;
}

/**
 * Cancels an order. Owners may do so until it is paid or confirmed, admins whenever CANCELLED may follow its status.
 * Throws the errors of `requireVisible`, `request.precondition_failed`, `orders.not_cancellable` and
 * `orders.cancellation_limit`.
 */
export function cancelOrder(
  database: Database,
  rules: CancelRules,
  context: RequestContext,
  { orderId, reason, ifMatch }: CancelOrder,
): Promise<Once<OrderView>> {
  const { caller, cause } = context;
  const byStaff = isStaff(caller);
  return once(database, context.claim, async (tx) => {
    // Users are always locked before orders. The lock also makes the count below exact. A guest has only this order.
    if (caller.kind === 'user' && !byStaff) await lockCustomers(tx, [caller.id]);
    const [row] = await lockOrder(tx, orderId);
    const order = requireVisible(row, caller);
    requireMatch(ifMatch, order.version);
    const cancellable = byStaff
      ? classifyStep(order.status, 'CANCELLED') === 'step'
      : isCancellableByOwner(order);
    if (!cancellable) throw new CodedError(ordersErrors.notCancellable);
    if (!byStaff) {
      await requireCancellationsLeft(tx, order.customerId, rules.cancellationsPerDayMax);
    }
    const cancelReason = byStaff ? 'ADMIN' : 'CUSTOMER';
    const cancelled = await changeOrder(tx, order, {
      kind: 'cancel',
      order,
      cancelReason,
      reason,
      actor: toOrderActor(caller, order),
      cause,
    });
    const [view] = await findOrderViews(tx, caller, [cancelled]);
    return view!;
  });
}

async function requireCancellationsLeft(
  tx: Transaction,
  customerId: string,
  perDayMax: number,
): Promise<void> {
  if (perDayMax === 0) return;
  const [row] = await countCancellations(tx, customerId);
  if ((row?.count ?? 0) >= perDayMax) throw new CodedError(ordersErrors.cancellationLimit);
}

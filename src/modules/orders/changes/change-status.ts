import type { Database, Transaction } from '../../../database/database.ts';
import { type Once, once } from '../../../database/idempotency.ts';
import { type RequestContext, requireMatch } from '../../../http/index.ts';
import { type Caller, isAdmin } from '../../../shared/caller.ts';
import { authErrors, invalidInput } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { ordersErrors } from '../errors.ts';
import type { OrderStatus } from '../order.ts';
import { allowedTransitions, classifyStep } from '../order-status.ts';
import { findOrderViews, requireVisible } from '../reading/find-order.ts';
import { findBills, findLines, lockOrder, type OrderRow } from '../reading/queries.ts';
import type { ChangeStatusInput, OrderView } from '../schemas.ts';
import type { BilledOrder } from '../writing/order-change.ts';
import { changeOrder } from './change-order.ts';
import { requireVersion } from './require-version.ts';

export interface ChangeStatus {
  readonly orderId: string;
  readonly input: ChangeStatusInput;
  /** Versions that `If-Match` accepts; null: any. */
  readonly ifMatch: readonly number[] | null;
}

/**
 * Changes the status of an order, for kitchen and admins. Throws `auth.forbidden`, `orders.not_found`,
 * `request.precondition_failed`, `orders.version_conflict`, `orders.illegal_transition`.
 */
export async function changeStatus(
  database: Database,
  expiryMinutes: number,
  context: RequestContext,
  { orderId, input, ifMatch }: ChangeStatus,
): Promise<Once<OrderView>> {
  const { caller, actor, cause } = context;
  const admin = isAdmin(caller);
  // API keys have the rights of the kitchen here: only admins cancel and override.
  const forAdmins = input.status === 'CANCELLED' || input.override === true;
  if (forAdmins && !admin) throw new CodedError(authErrors.forbidden);
  if (input.override === true && input.reason === undefined) {
    throw invalidInput('/reason', 'An override needs a reason.');
  }
  return once(database, context.claim, async (tx) => {
    const [row] = await lockOrder(tx, orderId);
    const order = requireVisible(row, caller);
    requireMatch(ifMatch, order.version);
    requireVersion(input.version, order.version);
    const override = decideStep(order, input.status, input.override === true, caller);
    const { status: to, reason = null } = input;
    const billed = to === 'PENDING' ? await findBilled(tx, orderId) : null;
    const by = { actor, cause };
    const moved = await changeOrder(
      tx,
      order,
      to === 'CANCELLED'
        ? { kind: 'cancel', order, cancelReason: 'ADMIN', reason, ...by }
        : { kind: 'move', order, to, reason, override, expiryMinutes, billed, ...by },
    );
    const [view] = await findOrderViews(tx, caller, [moved]);
    return view!;
  });
}

/** Returns null if the bill of the order has only lines. */
async function findBilled(tx: Transaction, orderId: string): Promise<BilledOrder | null> {
  const [bill] = await findBills(tx, [orderId]);
  return bill === undefined ? null : { bill, lines: await findLines(tx, [orderId]) };
}

/** Returns whether the status change is an override. Throws if it is not allowed at all. */
function decideStep(
  order: OrderRow,
  to: OrderStatus,
  mayOverride: boolean,
  caller: Caller,
): boolean {
  const allowed = allowedTransitions(order, caller);
  if (allowed.includes(to)) return false;
  // Imported orders are final: their units were never in our stock.
  const overridable = mayOverride && order.source === 'api';
  if (overridable && classifyStep(order.status, to) === 'override') return true;
  throw new CodedError(ordersErrors.illegalTransition, {
    extensions: { from: order.status, to, allowedTransitions: allowed },
  });
}

import type { Caller } from '../../shared/caller.ts';
import { isPaid, type OrderStatus, type PaymentStatus } from './order.ts';

/**
 * The legal status changes. The database has the same ones in `order_status_steps` and rejects all others; a test
 * compares the two.
 */
const steps: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  QUEUED: ['PENDING', 'FAILED', 'CANCELLED'],
  PENDING: ['CONFIRMED', 'CANCELLED'],
  CONFIRMED: ['PREPARING', 'CANCELLED'],
  PREPARING: ['READY', 'CANCELLED'],
  READY: ['COMPLETED', 'CANCELLED'],
  COMPLETED: [],
  CANCELLED: [],
  FAILED: [],
};

/** An admin may change any of these to any other, with a reason. */
const overridable: readonly OrderStatus[] = [
  'PENDING',
  'CONFIRMED',
  'PREPARING',
  'READY',
  'COMPLETED',
];

/** Set only by placement, never by a person. */
const byPlacement: readonly OrderStatus[] = ['PENDING', 'FAILED'];

export type Step = 'step' | 'override' | 'illegal';

/** Classifies a status change, independently of the caller. */
export function classifyStep(from: OrderStatus, to: OrderStatus): Step {
  if (steps[from].includes(to)) return 'step';
  const overrides = from !== to && overridable.includes(from) && overridable.includes(to);
  return overrides ? 'override' : 'illegal';
}

/** Returns the statuses that the caller may set now, without overrides. */
export function allowedTransitions(
  order: { readonly status: OrderStatus; readonly paymentStatus: PaymentStatus },
  caller: Caller,
): OrderStatus[] {
  const rights = getRights(caller);
  return steps[order.status].filter((to) => {
    if (to === 'CANCELLED') {
      return rights.cancelsAny || (rights.cancelsOwn && isCancellableByOwner(order));
    }
    return rights.movesOn && !byPlacement.includes(to);
  });
}

/** Returns the caller's audience. All callers of an audience are shown the same view of an order that they may see. */
export function getAudience(caller: Caller): string {
  if (caller.kind === 'user') return caller.role;
  if (caller.kind === 'order') return 'customer';
  const { movesOn, cancelsAny } = getRights(caller);
  return `key${movesOn ? ' moves' : ''}${cancelsAny ? ' cancels' : ''}`;
}

/** Returns whether the owner may still cancel the order: it is neither paid nor confirmed. */
export function isCancellableByOwner(order: {
  readonly status: OrderStatus;
  readonly paymentStatus: PaymentStatus;
}): boolean {
  return order.status === 'QUEUED' || (order.status === 'PENDING' && !isPaid(order.paymentStatus));
}

interface Rights {
  readonly movesOn: boolean;
  readonly cancelsAny: boolean;
  readonly cancelsOwn: boolean;
}

function getRights(caller: Caller): Rights {
  if (caller.kind === 'api_key') {
    return {
      movesOn: caller.scopes.includes('orders:status'),
      cancelsAny: caller.scopes.includes('orders:write'),
      cancelsOwn: false,
    };
  }
  const role = caller.kind === 'order' ? 'customer' : caller.role;
  return {
    movesOn: role !== 'customer',
    cancelsAny: role === 'admin',
    cancelsOwn: role === 'customer',
  };
}

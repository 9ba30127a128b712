import type { Caller } from '../../shared/caller.ts';
import { isPaid, type OrderStatus, type PaymentStatus } from './order.ts';

/**
 * The steps of an order's status, as rules see them. The database holds the same steps in `order_status_steps` and
 * refuses any other; a test holds the two together.
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

/** Among these an admin may set any other one, with a reason. */
const overridable: readonly OrderStatus[] = [
  'PENDING',
  'CONFIRMED',
  'PREPARING',
  'READY',
  'COMPLETED',
];

/** Placement alone takes these, never a person. */
const byPlacement: readonly OrderStatus[] = ['PENDING', 'FAILED'];

export type Step = 'step' | 'override' | 'illegal';

/** What kind of step this is, whoever asks. */
export function classifyStep(from: OrderStatus, to: OrderStatus): Step {
  if (steps[from].includes(to)) return 'step';
  const overrides = from !== to && overridable.includes(from) && overridable.includes(to);
  return overrides ? 'override' : 'illegal';
}

/** The steps that this caller may take now; overrides are left out. */
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

/** Callers of one audience are shown the same of an order that they may see. */
export function getAudience(caller: Caller): string {
  if (caller.kind === 'user') return caller.role;
  const { movesOn, cancelsAny } = getRights(caller);
  return `key${movesOn ? ' moves' : ''}${cancelsAny ? ' cancels' : ''}`;
}

/** An owner may take back what nobody has paid or begun. */
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
  return {
    movesOn: caller.role !== 'customer',
    cancelsAny: caller.role === 'admin',
    cancelsOwn: caller.role === 'customer',
  };
}

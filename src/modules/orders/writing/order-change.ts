import type { EventType } from '../../../events/index.ts';
import type { Actor, Cause } from '../../../shared/caller.ts';
import type { CancelReason, Order, OrderLine, OrderStatus, PaymentStatus } from '../order.ts';
import type { LineRow } from '../reading/queries.ts';

/** Every change of an order, as a value. `writeOrders` writes it. */
export type OrderChange =
  | QueueChange
  | PlaceChange
  | ImportChange
  | PlaceQueuedChange
  | FailQueuedChange
  | MoveChange
  | CancelChange
  | PayChange;

interface Attributed {
  readonly actor: Actor;
  readonly cause: Cause;
}

/** An order whose row the caller has locked: what its next events need. */
interface LockedOrder {
  readonly id: string;
  readonly number: string;
  /** The sequence of its newest event. */
  readonly lastSequence: number;
}

interface NewOrder extends Attributed {
  /** In the state that it has once the change is written. */
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  readonly clientToken: string | null;
}

/** A new order is placed and reserves its stock. */
export interface PlaceChange extends NewOrder {
  readonly kind: 'place';
}

/** A new order is accepted as QUEUED; it reserves nothing yet. */
export interface QueueChange extends NewOrder {
  readonly kind: 'queue';
  /** What the client stated; null where it stated nothing. */
  readonly expectedTotalMinor: number | null;
  /** By line; null where no price was stated. */
  readonly expectedPricesMinor: readonly (number | null)[] | null;
}

/** An order that was taken, and completed, elsewhere. Not written when its number is taken. */
export interface ImportChange extends Attributed {
  readonly kind: 'import';
  readonly order: Pick<
    Order,
    'id' | 'number' | 'customerId' | 'totalMinor' | 'currency' | 'createdAt'
  >;
  readonly lines: readonly OrderLine[];
}

/** A QUEUED order is placed, at the prices of this moment, and reserves its stock. */
export interface PlaceQueuedChange extends Attributed {
  readonly kind: 'placeQueued';
  readonly order: LockedOrder & { readonly currency: string };
  /** As they were accepted. */
  readonly linesBefore: readonly LineRow[];
  readonly lines: readonly OrderLine[];
  readonly totalMinor: number;
  /** 0: the order does not expire. */
  readonly expiryMinutes: number;
}

/** A QUEUED order cannot be placed. */
export interface FailQueuedChange extends Attributed {
  readonly kind: 'failQueued';
  readonly order: LockedOrder;
  readonly failure: { readonly code: string; readonly detail: string };
  /** The other members of the refusal, for the event. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A status that staff sets. */
export interface MoveChange extends Attributed {
  readonly kind: 'move';
  readonly order: LockedOrder & Pick<Order, 'status' | 'paymentStatus' | 'totalMinor' | 'currency'>;
  readonly to: OrderStatus;
  readonly reason: string | null;
  /** True for a step that is legal only as an override; then `reason` is not null, and the change is written alone. */
  readonly override: boolean;
  /** For an order that comes back to PENDING unpaid; 0: it does not expire. */
  readonly expiryMinutes: number;
}

export interface CancelChange extends Attributed {
  readonly kind: 'cancel';
  readonly order: LockedOrder & Pick<Order, 'status' | 'paymentStatus'>;
  readonly cancelReason: CancelReason;
  /** In words. */
  readonly reason: string | null;
}

/** One thing that happened to the money of an order. */
export interface PaymentFact {
  readonly type: EventType;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Something happened to the money of an order. */
export interface PayChange extends Attributed {
  readonly kind: 'pay';
  readonly order: LockedOrder & Pick<Order, 'status' | 'paymentStatus' | 'expiresAt'>;
  /** The same as before: only the facts are recorded, and the version stays. */
  readonly paymentStatus: PaymentStatus;
  readonly facts: readonly PaymentFact[];
  /**
   * Whether the money confirms the order when it is PENDING; one that was confirmed by hand stays where it is. Then
   * `paymentStatus` must be paid.
   */
  readonly confirms: boolean;
}

import type { EventType } from '../../../events/index.ts';
import type { Actor, Cause } from '../../../shared/caller.ts';
import type { BillParts } from '../../pricing/index.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';
import type { CancelReason, Order, OrderLine, OrderStatus, PaymentStatus } from '../order.ts';
import type { LineRow } from '../reading/queries.ts';

/** Any change of an order, as a value that `writeOrders` writes. */
export type OrderChange =
  | QueueChange
  | PlaceChange
  | ImportChange
  | PlaceQueuedChange
  | FailQueuedChange
  | MoveChange
  | CancelChange
  | PayChange
  | FulfilChange;

interface Attributed {
  readonly actor: Actor;
  readonly cause: Cause;
}

/** What the next events of an order need. The caller has locked its row. */
interface LockedOrder {
  readonly id: string;
  readonly number: string;
  readonly customerId: string;
  /** The sequence of its newest event. */
  readonly lastSequence: number;
}

interface NewOrder extends Attributed {
  /** In its state after the change is written. */
  readonly order: Order;
  readonly lines: readonly OrderLine[];
  /** What orders of the same guest have in common. Null or left out: the customer has an account. */
  readonly guest?: { readonly emailKey: string | null; readonly network: string | null } | null;
  /** From where a customer with an account ordered. Null or left out: it is not counted. */
  readonly buyerNetwork?: string | null;
  readonly clientToken: string | null;
  /** The beginning of the slot in which the order takes a place; null: it takes none. */
  readonly slotStart: Date | null;
  /** Why it was placed although the shop does not take such orders now; null: it does. */
  readonly overrideReason: string | null;
}

/** The placement of a new order, which reserves its stock. */
export interface PlaceChange extends NewOrder {
  readonly kind: 'place';
}

/** The acceptance of a new order as QUEUED, which reserves nothing yet. */
export interface QueueChange extends NewOrder {
  readonly kind: 'queue';
  /** The total that the client stated; null if none. */
  readonly expectedTotalMinor: number | null;
  /** The prices that the client stated, by line; null if none. */
  readonly expectedPricesMinor: readonly (number | null)[] | null;
  /** The codes that the client named. */
  readonly discountCodes: readonly string[];
}

/** The import of an order that was taken and completed in another system. Not written if its number is already used. */
export interface ImportChange extends Attributed {
  readonly kind: 'import';
  readonly order: Pick<
    Order,
    'id' | 'number' | 'customerId' | 'totalMinor' | 'currency' | 'createdAt'
  >;
  readonly lines: readonly OrderLine[];
  /** The bill besides the lines. Null: it has only lines. */
  readonly bill: BillParts | null;
}

/** The placement of a QUEUED order at current prices, which reserves its stock. */
export interface PlaceQueuedChange extends Attributed {
  readonly kind: 'placeQueued';
  readonly order: LockedOrder & Pick<Order, 'currency'>;
  /** The lines as they were accepted. */
  readonly linesBefore: readonly LineRow[];
  readonly lines: readonly OrderLine[];
  /** The bill besides the lines. Null: it has only lines. */
  readonly bill: BillParts | null;
  readonly totalMinor: number;
  /** 0: the order does not expire. */
  readonly expiryMinutes: number;
}

/** The failure of a QUEUED order that cannot be placed. */
export interface FailQueuedChange extends Attributed {
  readonly kind: 'failQueued';
  readonly order: LockedOrder & Pick<Order, 'promisedFor'>;
  readonly failure: { readonly code: string; readonly detail: string };
  /** The other members of the refusal, for the event. */
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** A status change by staff. */
export interface MoveChange extends Attributed {
  readonly kind: 'move';
  readonly order: LockedOrder &
    Pick<Order, 'status' | 'paymentStatus' | 'promisedFor' | 'totalMinor' | 'currency'>;
  readonly to: OrderStatus;
  readonly reason: string | null;
  /** Whether the step is legal only as an override. If so, `reason` is not null, and the change is written alone. */
  readonly override: boolean;
  /** For an order that returns to PENDING unpaid; 0: it does not expire. */
  readonly expiryMinutes: number;
  /** For an order that returns to PENDING: what is stored of its bill. Null: the bill has only lines. */
  readonly billed: BilledOrder | null;
}

/** The bill of an order and the lines that it belongs to. */
export interface BilledOrder {
  readonly bill: BillParts;
  readonly lines: readonly OrderLine[];
}

export interface CancelChange extends Attributed {
  readonly kind: 'cancel';
  readonly order: LockedOrder & Pick<Order, 'status' | 'paymentStatus' | 'promisedFor'>;
  readonly cancelReason: CancelReason;
  /** As free text. */
  readonly reason: string | null;
}

/** One fact about the payment of an order. */
export interface PaymentFact {
  readonly type: EventType;
  readonly reason: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A change in the payment of an order. */
export interface PayChange extends Attributed {
  readonly kind: 'pay';
  readonly order: LockedOrder & Pick<Order, 'status' | 'paymentStatus' | 'expiresAt'>;
  /** If unchanged, only the facts are recorded, and the version stays. */
  readonly paymentStatus: PaymentStatus;
  readonly facts: readonly PaymentFact[];
  /**
   * Whether the payment confirms the order if it is PENDING; one that was confirmed by hand keeps its status. Requires
   * a paid `paymentStatus`.
   */
  readonly confirms: boolean;
}

/** A change of when, where or for whom an existing order is. */
export interface FulfilChange extends Attributed {
  readonly kind: 'fulfil';
  readonly order: LockedOrder &
    Pick<Order, 'status' | 'paymentStatus' | 'expiresAt' | 'fulfilment' | 'promisedFor'>;
  readonly fulfilment: Fulfilment;
  /** The names of the changed members, at least one. */
  readonly changed: readonly string[];
  /** When it was and is promised, if another time is requested. Null also for SHIPMENT. */
  readonly moved: {
    readonly from: Date;
    readonly to: Date;
    /** The slot in which the order takes its place; null: in none. */
    readonly slotStart: Date | null;
  } | null;
}

import type { NewEvent } from '../../../events/index.ts';
import type { Actor } from '../../../shared/caller.ts';
import type { OrderLine } from '../order.ts';
import type { OrderChange } from './order-change.ts';
import type { SlotEffect } from './slot-effects.ts';
import type { StockEffect } from './stock-effects.ts';
import type { UseEffect } from './use-effects.ts';
import type {
  FormerFulfilmentRow,
  NewBillRow,
  NewLineRow,
  NewOrderRow,
  OrderRowChange,
} from './write-queries.ts';

/**
 * Everything that a change writes for its order: row, version, sequence, lines, place in the queue, stock and events.
 */
export interface OrderPlan {
  readonly orderId: string;
  readonly number: string;
  readonly actor: Actor;
  /** The row of a new order; null if the order is imported or exists. */
  readonly order: NewOrderRow | null;
  /** The row of an imported order. */
  readonly imported: object | null;
  /** The rows of a new order's lines. */
  readonly lines: readonly NewLineRow[];
  /** The rows of the lines of a queued order that is placed. */
  readonly repricedLines: readonly NewLineRow[];
  /** What is stored of the bill besides the lines; null: nothing. */
  readonly bill: NewBillRow | null;
  /** Whether the order has the bill that it was accepted with. */
  readonly replacesBill: boolean;
  /** Applied one after the other, each with one step. At most two. */
  readonly rowChanges: readonly OrderRowChange[];
  /** The fulfilment that the change replaces, if it does. */
  readonly formerFulfilment: FormerFulfilmentRow | null;
  /** The reason of a step that is legal only as an override; null: it is legal without one. */
  readonly overrideReason: string | null;
  /** The order's row in the queue, if it is queued. */
  readonly queued: object | null;
  readonly leavesQueue: boolean;
  readonly events: readonly NewEvent[];
  readonly stockEffect: StockEffect | null;
  /** The lines of the stock effect; null: the stored ones. */
  readonly stockLines: readonly OrderLine[] | null;
  /** The effect on the uses of the order's discounts. */
  readonly useEffect: UseEffect | null;
  /** The effect on the order's place in a slot. */
  readonly slotEffect: SlotEffect | null;
}

const nothing: readonly never[] = [];

/** Returns a plan that writes nothing yet. */
export function startPlan({ order, actor }: OrderChange): OrderPlan {
  return {
    orderId: order.id,
    number: order.number,
    actor,
    order: null,
    imported: null,
    lines: nothing,
    repricedLines: nothing,
    bill: null,
    replacesBill: false,
    rowChanges: nothing,
    formerFulfilment: null,
    overrideReason: null,
    queued: null,
    leavesQueue: false,
    events: nothing,
    stockEffect: null,
    stockLines: null,
    useEffect: null,
    slotEffect: null,
  };
}

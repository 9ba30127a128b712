import type { NewEvent } from '../../../events/index.ts';
import type { Actor } from '../../../shared/caller.ts';
import type { OrderLine } from '../order.ts';
import type { OrderChange } from './order-change.ts';
import type { StockEffect } from './stock-effects.ts';
import type { OrderRowChange } from './write-queries.ts';

/** What a change writes of its order: row, version, sequence, lines, place in the queue, stock and events. */
export interface OrderPlan {
  readonly orderId: string;
  readonly number: string;
  readonly actor: Actor;
  /** The row of a new order; null for one that is there. */
  readonly order: object | null;
  readonly isImported: boolean;
  /** The rows of a new order's lines. */
  readonly lines: readonly object[];
  readonly repricedLines: readonly object[];
  /** One after the other: each takes one step. At most two. */
  readonly rowChanges: readonly OrderRowChange[];
  /** Why the step is taken though it is legal only as an override; null: it is legal. */
  readonly overrideReason: string | null;
  /** The order's row in the queue, when it enters it. */
  readonly queued: object | null;
  readonly leavesQueue: boolean;
  readonly events: readonly NewEvent[];
  readonly stockEffect: StockEffect | null;
  /** The units of the stock effect; null: those of the stored lines. */
  readonly stockLines: readonly OrderLine[] | null;
}

const nothing: readonly never[] = [];

/** A plan that writes nothing yet. */
export function startPlan({ order, actor }: OrderChange): OrderPlan {
  return {
    orderId: order.id,
    number: order.number,
    actor,
    order: null,
    isImported: false,
    lines: nothing,
    repricedLines: nothing,
    rowChanges: nothing,
    overrideReason: null,
    queued: null,
    leavesQueue: false,
    events: nothing,
    stockEffect: null,
    stockLines: null,
  };
}

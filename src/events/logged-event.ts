import type { Actor, Cause } from '../shared/caller.ts';
import type { EventType } from './event.ts';

/** One fact as it stands in the log. */
export interface LoggedEvent {
  /** Where it stands: rises within an order with `sequence`. */
  readonly position: number;
  readonly id: string;
  readonly type: EventType;
  /** Null, with `sequence`, for facts that belong to no order. */
  readonly orderId: string | null;
  readonly sequence: number | null;
  /** Null where the status stayed. */
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly cause: Cause;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

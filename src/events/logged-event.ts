import type { Actor, Cause } from '../shared/caller.ts';
import type { EventType } from './event.ts';

/** One event in the log. */
export interface LoggedEvent {
  /** The place in the log. Within an order it increases with `sequence`. */
  readonly position: number;
  readonly id: string;
  readonly type: EventType;
  /** Null, like `sequence`, for events that belong to no order. */
  readonly orderId: string | null;
  readonly sequence: number | null;
  /** Null if the status did not change. */
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: Actor;
  readonly reason: string | null;
  readonly cause: Cause;
  readonly data: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

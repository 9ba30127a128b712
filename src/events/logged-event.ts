import type { EventType } from './event.ts';

/** One event in the log, as those who follow the log receive it: without its actor and reason, which only the history shows. */
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
  /** The trace and the span of the cause, null if unknown. */
  readonly traceId: string | null;
  readonly spanId: string | null;
  /** A JSON object as text: a bill is large, and most readers do not look into it. */
  readonly dataText: string;
  /** Milliseconds since 1970: most readers need no `Date`. */
  readonly atMs: number;
}

/** The append-only log of events. It is independent of the modules. */
export { appendEvents } from './append-events.ts';
export { bringEventsIntoForm } from './bring-into-form.ts';
export { toCause } from './cause.ts';
export { type EventType, eventTypes, type NewEvent, type PublicEventType } from './event.ts';
export { fixedReasons } from './fixed-reasons.ts';

export { createLiveLog, type LiveLog } from './live-log.ts';
export { createLogTail, type LogTail } from './log-tail.ts';
export type { LoggedEvent } from './logged-event.ts';
export {
  findEventsOfOrders,
  findHistory,
  type HistoryRow,
  type OrderEventRow,
} from './order-events.ts';
export { findPersonEventsOfOrders, readActedEvents, readOwnEvents } from './person-events.ts';
export {
  findReasonKeys,
  hasPersonalReason,
  type ReasonRow,
  readReason,
  reasonColumns,
} from './personal-reason.ts';
export { findEnd } from './reader-queries.ts';
export { createRelay, type Relay, type RelayOptions } from './relay.ts';
export { findSettledEnd } from './settled-end.ts';
export { findPositions, readTimeSlice } from './time-queries.ts';

import type { Queryable } from '../../../database/statement.ts';
import {
  eventTypes,
  findEnd,
  type LiveLog,
  type LoggedEvent,
  type PublicEventType,
} from '../../../events/index.ts';
import { eventText } from '../../../http/index.ts';
import type { Caller } from '../../../shared/caller.ts';
import { invalidInput } from '../../../shared/common-errors.ts';
import { requireVisibleOrder } from './find-order.ts';

/** Writes to one reader. Resolves when the reader can accept more. */
export type WriteEvents = (text: string) => Promise<void>;

/** Where a stream starts: after the last event that the reader has, or now if the reader has none. */
export interface StreamStart {
  readonly lastEventId: string | undefined;
}

/** Events as they happen, for callers who may see them. Each method returns a function that ends the stream. */
export interface OrderStreams {
  /** Follows the events of one order. Throws `orders.not_found`. */
  followOrder(
    caller: Caller,
    orderId: string,
    start: StreamStart,
    write: WriteEvents,
  ): Promise<() => void>;
  /** Follows the events of all orders, and those without an order. `types`: null for all. */
  followAll(
    types: readonly PublicEventType[] | null,
    start: StreamStart,
    write: WriteEvents,
  ): Promise<() => void>;
}

export function createOrderStreams(deps: {
  readonly database: Queryable;
  readonly liveLog: LiveLog;
}): OrderStreams {
  const { database, liveLog } = deps;

  async function follow(
    filter: { readonly orderId?: string; readonly types: readonly PublicEventType[] },
    start: StreamStart,
    write: WriteEvents,
  ): Promise<() => void> {
    const after = await parseLastEventId(database, start.lastEventId);
    const subscription = await liveLog.subscribe({ ...filter, after }, (events) =>
      write(events.map(formatEvent).join('')),
    );
    return subscription.close;
  }

  return {
    async followOrder(caller, orderId, start, write) {
      await requireVisibleOrder(database, caller, orderId);
      return follow({ orderId, types: eventTypes }, start, write);
    },
    followAll: (types, start, write) => follow({ types: types ?? eventTypes }, start, write),
  };
}

/** Returns the position, or throws a 400 if this log has not reached it yet. */
async function parseLastEventId(
  database: Queryable,
  lastEventId: string | undefined,
): Promise<number | undefined> {
  if (lastEventId === undefined) return undefined;
  const position = Number(lastEventId);
  const [end] = await findEnd(database);
  if (position > end!.position) {
    throw invalidInput('/headers/last-event-id', 'is not the id of an event of this server');
  }
  return position;
}

/** All screens of a kitchen receive the same text, so each event is formatted once. */
const texts = new WeakMap<LoggedEvent, string>();

/** Leaves out what only staff may see: the actor and the reason. */
function formatEvent(event: LoggedEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const { position, id, type, orderId, sequence, from, to, atMs, dataText } = event;
  const at = new Date(atMs).toISOString();
  const data: unknown = JSON.parse(dataText);
  const view = { id, type, orderId, sequence, from, to, at, data };
  const text = eventText(String(position), type, view);
  texts.set(event, text);
  return text;
}

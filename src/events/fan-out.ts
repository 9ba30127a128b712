import type { EventType } from './event.ts';
import type { LoggedEvent } from './logged-event.ts';

/** The events that a subscriber wants. */
export interface EventFilter {
  /** The position of the last known event: later ones are delivered first. Default: only new events. */
  readonly after?: number | undefined;
  /** Default: all types. */
  readonly types?: readonly EventType[] | undefined;
  /** Default: events of all orders, and of none. */
  readonly orderId?: string | undefined;
}

/**
 * Receives events in log order. Delivery of past events waits for the returned promise. Live delivery does not, so a
 * slow listener must limit its own buffer.
 */
export type Listener = (events: readonly LoggedEvent[]) => void | Promise<void>;

/** One subscriber of the live log. */
export interface Subscriber {
  readonly filter: EventFilter;
  /** Events up to this position were delivered or are not wanted. */
  after: number;
  isClosed: boolean;
  /** Delivers those of the events that the filter selects. */
  deliver(events: readonly LoggedEvent[]): void | Promise<void>;
}

/** Creates a subscriber. `known` contains positions after `after` that must not be delivered. */
export function createSubscriber(
  filter: EventFilter,
  listener: Listener,
  { after, known: knownPositions }: { readonly after: number; readonly known: ReadonlySet<number> },
): Subscriber {
  const types = filter.types === undefined ? null : new Set(filter.types);
  const subscriber: Subscriber = {
    filter,
    after,
    isClosed: false,
    deliver(events) {
      const wanted = events.filter(
        ({ position, type }) =>
          position > subscriber.after &&
          !knownPositions.has(position) &&
          types?.has(type) !== false,
      );
      subscriber.after = Math.max(subscriber.after, events.at(-1)?.position ?? 0);
      if (wanted.length > 0) return listener(wanted);
    },
  };
  return subscriber;
}

/** The live subscribers, indexed so that those of an order are found without scanning all. */
export interface FanOut {
  add(member: Subscriber): void;
  remove(member: Subscriber): void;
  deliver(events: readonly LoggedEvent[]): void;
  /** Makes all subscribers receive events after this position, even if they had received others there. */
  rewind(position: number): void;
}

export function createFanOut(onError: (error: unknown) => void): FanOut {
  const allEvents = new Set<Subscriber>();
  const byOrder = new Map<string, Set<Subscriber>>();

  function deliver(members: Iterable<Subscriber>, events: readonly LoggedEvent[]): void {
    for (const member of members) {
      try {
        const delivered = member.deliver(events);
        if (delivered instanceof Promise) delivered.catch(onError);
      } catch (error) {
        // A failure does not affect other subscribers.
        onError(error);
      }
    }
  }

  return {
    add(member) {
      const { orderId } = member.filter;
      if (orderId === undefined) allEvents.add(member);
      else byOrder.set(orderId, (byOrder.get(orderId) ?? new Set()).add(member));
    },
    remove(member) {
      allEvents.delete(member);
      const { orderId = '' } = member.filter;
      const others = byOrder.get(orderId);
      others?.delete(member);
      if (others?.size === 0) byOrder.delete(orderId);
    },
    deliver(events) {
      if (events.length === 0) return;
      deliver(allEvents, events);
      if (byOrder.size === 0) return;
      for (const [orderId, ofOrder] of Map.groupBy(events, (event) => event.orderId)) {
        deliver(byOrder.get(orderId ?? '') ?? [], ofOrder);
      }
    },
    rewind(position) {
      for (const members of [allEvents, ...byOrder.values()]) {
        for (const member of members) member.after = Math.min(member.after, position);
      }
    },
  };
}

import type { EventType } from './event.ts';
import type { LoggedEvent } from './logged-event.ts';

/** What somebody wants to hear of. */
export interface EventFilter {
  /** The position of the last event that is known: what follows it comes first. Left out: from now on. */
  readonly after?: number | undefined;
  /** Left out: all. */
  readonly types?: readonly EventType[] | undefined;
  /** Left out: those of every order, and of none. */
  readonly orderId?: string | undefined;
}

/**
 * Is given events in the order of the log. What is read back from the past waits for the promise; what is live does not,
 * so a listener that cannot follow must know its own bound.
 */
export type Listener = (events: readonly LoggedEvent[]) => void | Promise<void>;

/** One who listens. */
export interface Subscriber {
  readonly filter: EventFilter;
  /** Everything up to here was given, or is not wanted. */
  after: number;
  isClosed: boolean;
  /** Gives what is wanted of the events that follow. */
  deliver(events: readonly LoggedEvent[]): void | Promise<void>;
}

/** `known`: positions after `after` that are not news any more. */
export function createSubscriber(
  filter: EventFilter,
  listener: Listener,
  { after, known: knownPositions }: { readonly after: number; readonly known: ReadonlySet<number> },
): Subscriber {
  const types = filter.types === undefined ? null : new Set(filter.types);
  const member: Subscriber = {
    filter,
    after,
    isClosed: false,
    deliver(events) {
      const wanted = events.filter(
        ({ position, type }) =>
          position > member.after && !knownPositions.has(position) && types?.has(type) !== false,
      );
      member.after = Math.max(member.after, events.at(-1)?.position ?? 0);
      if (wanted.length > 0) return listener(wanted);
    },
  };
  return member;
}

/** Those who follow live. Finds who listens to an order without asking everybody. */
export interface FanOut {
  add(member: Subscriber): void;
  remove(member: Subscriber): void;
  deliver(events: readonly LoggedEvent[]): void;
}

export function createFanOut(onError: (error: unknown) => void): FanOut {
  const allEvents = new Set<Subscriber>();
  const byOrder = new Map<string, Set<Subscriber>>();

  function deliver(members: Iterable<Subscriber>, events: readonly LoggedEvent[]): void {
    for (const member of members) {
      try {
        const giving = member.deliver(events);
        if (giving instanceof Promise) giving.catch(onError);
      } catch (error) {
        // Whoever fails is alone with it.
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
  };
}

import type { EventType } from './event.ts';
import type { LoggedEvent } from './logged-event.ts';

/** What somebody wants to hear of. */
export interface Wish {
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
export interface Member {
  readonly wish: Wish;
  /** Everything up to here was given, or is not wanted. */
  after: number;
  isClosed: boolean;
  /** Gives what is wanted of the events that follow. */
  give(events: readonly LoggedEvent[]): void | Promise<void>;
}

/** `known`: positions after `after` that are not news any more. */
export function createMember(
  wish: Wish,
  listener: Listener,
  { after, known }: { readonly after: number; readonly known: ReadonlySet<number> },
): Member {
  const types = wish.types === undefined ? null : new Set(wish.types);
  const member: Member = {
    wish,
    after,
    isClosed: false,
    give(events) {
      const wanted = events.filter(
        ({ position, type }) =>
          position > member.after && !known.has(position) && types?.has(type) !== false,
      );
      member.after = Math.max(member.after, events.at(-1)?.position ?? 0);
      if (wanted.length > 0) return listener(wanted);
    },
  };
  return member;
}

/** Those who follow live. Finds who listens to an order without asking everybody. */
export interface FanOut {
  add(member: Member): void;
  remove(member: Member): void;
  give(events: readonly LoggedEvent[]): void;
}

export function createFanOut(onError: (error: unknown) => void): FanOut {
  const toAll = new Set<Member>();
  const toOrders = new Map<string, Set<Member>>();

  function give(members: Iterable<Member>, events: readonly LoggedEvent[]): void {
    for (const member of members) {
      try {
        const giving = member.give(events);
        if (giving instanceof Promise) giving.catch(onError);
      } catch (error) {
        // Whoever fails is alone with it.
        onError(error);
      }
    }
  }

  return {
    add(member) {
      const { orderId } = member.wish;
      if (orderId === undefined) toAll.add(member);
      else toOrders.set(orderId, (toOrders.get(orderId) ?? new Set()).add(member));
    },
    remove(member) {
      toAll.delete(member);
      const { orderId = '' } = member.wish;
      const others = toOrders.get(orderId);
      others?.delete(member);
      if (others?.size === 0) toOrders.delete(orderId);
    },
    give(events) {
      if (events.length === 0) return;
      give(toAll, events);
      if (toOrders.size === 0) return;
      for (const [orderId, ofOrder] of Map.groupBy(events, (event) => event.orderId)) {
        give(toOrders.get(orderId ?? '') ?? [], ofOrder);
      }
    },
  };
}

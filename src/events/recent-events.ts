import type { LoggedEvent } from './logged-event.ts';

/** About 4 MB. */
const EVENTS_MAX = 5_000;

/** The last events of the log without a gap, for a reader that is not far behind. */
export interface RecentEvents {
  /** Adds the events that follow the last ones. */
  add(events: readonly LoggedEvent[]): void;
  /** Forgets everything: the next events to be added follow this position. */
  restart(position: number): void;
  /** Returns up to `limit` events after a position, or null if some of them are no longer here. */
  find(after: number, limit: number): readonly LoggedEvent[] | null;
  /** Returns the last events that are here, up to `max`. */
  last(max: number): readonly LoggedEvent[];
}

export function createRecentEvents(max = EVENTS_MAX): RecentEvents {
  let events: LoggedEvent[] = [];
  /** Every event after this position is here. */
  let start = 0;

  return {
    add(added) {
      events.push(...added);
      if (events.length <= max) return;
      // Down to half, so that the array is not copied for every batch.
      const forgotten = events.splice(0, events.length - Math.floor(max / 2));
      start = forgotten.at(-1)!.position;
    },
    restart(position) {
      events = [];
      start = position;
    },
    find(after, limit) {
      if (after < start) return null;
      const first = findFirst(events, after);
      return events.slice(first, first + limit);
    },
    last: (max) => events.slice(-max),
  };
}

/** Returns the index of the first event after a position, by binary search. */
function findFirst(events: readonly LoggedEvent[], after: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.position > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

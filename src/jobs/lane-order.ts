import type { Lane } from '../drivers/queue/queue.ts';

/** So many of the high lane go before one of the normal lane that waits. */
export const HIGH_IN_A_ROW_MAX = 10;

/** Of which lane the next job is: high first, and after ten of them at the latest a normal one. */
export interface LaneOrder {
  /** Null when neither waits. */
  next(waiting: Readonly<Record<Lane, boolean>>): Lane | null;
}

export function createLaneOrder(): LaneOrder {
  let highInARow = 0;
  return {
    next({ high, normal }) {
      const lane = pick(high, normal, highInARow);
      // Those that passed nobody do not count.
      highInARow = lane === 'high' && normal ? highInARow + 1 : 0;
      return lane;
    },
  };
}

function pick(high: boolean, normal: boolean, highInARow: number): Lane | null {
  if (high && !(normal && highInARow >= HIGH_IN_A_ROW_MAX)) return 'high';
  return normal ? 'normal' : null;
}

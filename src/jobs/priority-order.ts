import type { Priority } from '../drivers/queue/queue.ts';

/** So many of the high priority go before one of the normal priority that waits. */
export const HIGH_IN_A_ROW_MAX = 10;

/** Of which priority the next job is: high first, and after ten of them at the latest a normal one. */
export interface PriorityOrder {
  /** Null when neither waits. */
  next(waiting: Readonly<Record<Priority, boolean>>): Priority | null;
}

export function createPriorityOrder(): PriorityOrder {
  let highInARow = 0;
  return {
    next({ high, normal }) {
      const priority = choosePriority(high, normal, highInARow);
      // Those that passed nobody do not count.
      highInARow = priority === 'high' && normal ? highInARow + 1 : 0;
      return priority;
    },
  };
}

function choosePriority(high: boolean, normal: boolean, highInARow: number): Priority | null {
  if (high && !(normal && highInARow >= HIGH_IN_A_ROW_MAX)) return 'high';
  return normal ? 'normal' : null;
}

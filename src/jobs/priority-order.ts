import type { Priority } from '../drivers/queue/queue.ts';

/** How many jobs of high priority may precede a waiting one of normal priority. */
export const HIGH_IN_A_ROW_MAX = 10;

/** Determines the priority of the next job: high first, but a normal one after at most ten of them. */
export interface PriorityOrder {
  /** Returns null if no job waits. */
  next(waiting: Readonly<Record<Priority, boolean>>): Priority | null;
}

export function createPriorityOrder(): PriorityOrder {
  let highInARow = 0;
  return {
    next({ high, normal }) {
      const priority = choosePriority(high, normal, highInARow);
      // High jobs count only while a normal one waits.
      highInARow = priority === 'high' && normal ? highInARow + 1 : 0;
      return priority;
    },
  };
}

function choosePriority(high: boolean, normal: boolean, highInARow: number): Priority | null {
  if (high && !(normal && highInARow >= HIGH_IN_A_ROW_MAX)) return 'high';
  return normal ? 'normal' : null;
}

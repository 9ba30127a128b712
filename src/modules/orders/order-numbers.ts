import type { Transaction } from '../../database/database.ts';
import { takeNumbers } from './placement-queries.ts';

/**
 * The short numbers of orders. A batch borrows as many as it has requests, before it is known which of them will be
 * placed, so that numbers cost no round trip of their own; what it did not need serves the next batch.
 */
export interface OrderNumbers {
  borrow(tx: Transaction, count: number): Promise<string[]>;
  giveBack(unused: readonly string[]): void;
  /** Drops what is at hand: an imported order may bear any of these numbers. The sequence is past all imported ones. */
  forget(): void;
}

/** No other server has these numbers; those at hand when the process ends are lost, and leave a gap. */
export function createOrderNumbers(): OrderNumbers {
  const atHand: string[] = [];
  return {
    async borrow(tx, count) {
      const borrowed = atHand.splice(0, count);
      if (borrowed.length === count) return borrowed;
      const taken = await takeNumbers(tx, count - borrowed.length);
      return [...borrowed, ...taken.map((row) => row.number)];
    },
    giveBack(unused) {
      atHand.push(...unused);
    },
    forget() {
      atHand.length = 0;
    },
  };
}

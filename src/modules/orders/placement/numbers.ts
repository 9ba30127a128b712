import type { Transaction } from '../../../database/database.ts';
import { reserveFreeNumbers, reserveNumbers, skipUsedNumbers } from './queries.ts';

/** How many numbers are looked up after a used one, because imported numbers are close to each other. */
const LOOKED_UP = 1_000;

/**
 * The short numbers of orders. A batch borrows one per request, before it is known which will be placed, so that
 * numbers cost no round trip of their own; unused ones serve the next batch. Numbers increase independently of imports:
 * one that an imported order has is skipped when it is reached.
 */
export interface OrderNumbers {
  borrow(tx: Transaction, count: number): Promise<string[]>;
  giveBack(unused: readonly string[]): void;
  /**
   * Drops the reserved numbers, because an imported order has one of them, and looks up the next ones before lending
   * them.
   */
  forget(): void;
}

/**
 * Creates a source of numbers that no other server has. Those still reserved when the process ends are lost, and leave
 * a gap.
 */
export function createOrderNumbers(): OrderNumbers {
  const reserved: string[] = [];
  let pendingLookups = 0;

  async function take(tx: Transaction, count: number): Promise<string[]> {
    if (pendingLookups <= 0) {
      const [reservation] = await reserveNumbers(tx, count);
      return reservation!.numbers.split(' ');
    }
    const free: string[] = [];
    for (let missing = count; missing > 0; missing = count - free.length) {
      const found = await reserveFreeNumbers(tx, missing);
      free.push(...found.map(({ number }) => number));
      pendingLookups = found.length < missing ? LOOKED_UP : pendingLookups - missing;
      if (found.length < missing) await skipUsedNumbers(tx);
    }
    return free;
  }

  return {
    async borrow(tx, count) {
      const borrowed = reserved.splice(0, count);
      if (borrowed.length === count) return borrowed;
      return [...borrowed, ...(await take(tx, count - borrowed.length))];
    },
    giveBack(unused) {
      reserved.push(...unused);
    },
    forget() {
      reserved.length = 0;
      pendingLookups = LOOKED_UP;
    },
  };
}

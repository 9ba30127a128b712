import type { Transaction } from '../../../database/database.ts';
import { reserveFreeNumbers, reserveNumbers, skipUsedNumbers } from './queries.ts';

/** After one that was taken so many numbers are looked up, since imported ones stand close to each other. */
const LOOKED_UP = 1_000;

/**
 * The short numbers of orders. A batch borrows as many as it has requests, before it is known which of them will be
 * placed, so that numbers cost no round trip of their own; what it did not need serves the next batch. They rise by
 * themselves, whatever numbers an import brings: one that an imported order has is passed over when its turn comes.
 */
export interface OrderNumbers {
  borrow(tx: Transaction, count: number): Promise<string[]>;
  giveBack(unused: readonly string[]): void;
  /** One of them belongs to an imported order: drops what is at hand, and looks the next ones up before they are lent. */
  forget(): void;
}

/** No other server has these numbers; those at hand when the process ends are lost, and leave a gap. */
export function createOrderNumbers(): OrderNumbers {
  const reserved: string[] = [];
  let pendingLookups = 0;

  async function take(tx: Transaction, count: number): Promise<string[]> {
    if (pendingLookups <= 0) return (await reserveNumbers(tx, count)).map(({ number }) => number);
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

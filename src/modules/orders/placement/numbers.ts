import type { Transaction } from '../../../database/database.ts';
import { passTakenNumbers, takeFreeNumbers, takeNumbers } from './queries.ts';

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
  const atHand: string[] = [];
  let lookUps = 0;

  async function take(tx: Transaction, count: number): Promise<string[]> {
    if (lookUps <= 0) return (await takeNumbers(tx, count)).map(({ number }) => number);
    const free: string[] = [];
    for (let missing = count; missing > 0; missing = count - free.length) {
      const found = await takeFreeNumbers(tx, missing);
      free.push(...found.map(({ number }) => number));
      lookUps = found.length < missing ? LOOKED_UP : lookUps - missing;
      if (found.length < missing) await passTakenNumbers(tx);
    }
    return free;
  }

  return {
    async borrow(tx, count) {
      const borrowed = atHand.splice(0, count);
      if (borrowed.length === count) return borrowed;
      return [...borrowed, ...(await take(tx, count - borrowed.length))];
    },
    giveBack(unused) {
      atHand.push(...unused);
    },
    forget() {
      atHand.length = 0;
      lookUps = LOOKED_UP;
    },
  };
}

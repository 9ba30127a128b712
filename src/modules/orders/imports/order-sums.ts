import { sumMinor } from '../../../shared/money.ts';

/** Sums over orders: how many there are, and what they contain and cost. */
export interface OrderSums {
  readonly orders: number;
  readonly lines: number;
  readonly units: number;
  readonly discountsMinor: number;
  readonly chargesMinor: number;
  readonly taxesMinor: number;
  readonly tipsMinor: number;
  readonly totalMinor: number;
}

export const noSums: OrderSums = Object.freeze({
  orders: 0,
  lines: 0,
  units: 0,
  discountsMinor: 0,
  chargesMinor: 0,
  taxesMinor: 0,
  tipsMinor: 0,
  totalMinor: 0,
});

const members = Object.keys(noSums) as (keyof OrderSums)[];

export function addSums(...all: readonly OrderSums[]): OrderSums {
  const sums = { ...noSums } as Record<keyof OrderSums, number>;
  for (const member of members) sums[member] = sumMinor(all.map((one) => one[member]));
  return sums;
}

export function areSameSums(left: OrderSums, right: OrderSums): boolean {
  return members.every((member) => left[member] === right[member]);
}

/**
 * Of the orders that wait, VIPs go first; after so many of them at the latest the oldest other one. It is the one rule
 * of fairness: for the orders of a batch as for those that are queued.
 */
export const VIPS_IN_A_ROW_MAX = 10;

/** Indexes of `waiting`, which has the order of arrival, in the order in which they are served. */
export function servingOrder(waiting: readonly { readonly vip: boolean }[]): number[] {
  const vips: number[] = [];
  const others: number[] = [];
  waiting.forEach(({ vip }, index) => {
    (vip ? vips : others).push(index);
  });
  const served: number[] = [];
  let nextOther = 0;
  vips.forEach((index, count) => {
    const otherIsDue = count > 0 && count % VIPS_IN_A_ROW_MAX === 0 && nextOther < others.length;
    if (otherIsDue) served.push(others[nextOther++]!);
    served.push(index);
  });
  return served.concat(others.slice(nextOther));
}

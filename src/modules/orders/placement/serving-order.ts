/**
 * VIPs go first, but after at most this many of them the oldest other order is served. This rule of fairness applies to
 * the orders of a batch and to queued orders alike.
 */
export const VIPS_IN_A_ROW_MAX = 10;

/** Returns the indexes of `waiting`, which is in order of arrival, in serving order. */
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

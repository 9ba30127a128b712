/** Returns the value below which this share of the sorted values lies, to a tenth; 0 without values. */
export function quantile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
  return Math.round(value * 10) / 10;
}

export function ascending(one: number, other: number): number {
  return one - other;
}

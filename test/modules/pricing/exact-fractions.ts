/** Arithmetic with exact fractions, for an independent calculation of bills. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

export const times = (amount: bigint, { n, d }: Fraction): Fraction => ({ n: amount * n, d });
export const halfUp = ({ n, d }: Fraction): bigint => (2n * n + d) / (2n * d);
export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((a, b) => a + b, 0n);

/** Hands the units that rounding down left over to the largest fractions, to the earlier one in a tie. */
export function largestRemainder(total: bigint, shares: readonly Fraction[]): bigint[] {
  const parts = shares.map(({ n, d }) => n / d);
  const given = new Set<number>();
  for (let left = total - sum(parts); left > 0n; left -= 1n) {
    let best = -1;
    shares.forEach((share, index) => {
      if (given.has(index)) return;
      if (best < 0) best = index;
      const rest = (share.n % share.d) * shares[best]!.d;
      if (rest > (shares[best]!.n % shares[best]!.d) * share.d) best = index;
    });
    given.add(best);
    parts[best]! += 1n;
  }
  return parts;
}

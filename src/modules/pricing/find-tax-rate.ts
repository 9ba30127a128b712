import {
  formatPercent,
  includedShare,
  PERCENT_DECIMALS_MAX,
  type Proportion,
  parsePercent,
  roundShare,
} from './proportion.ts';

export interface FoundTaxRate {
  readonly percent: string;
  readonly share: Proportion;
}

/**
 * Returns a rate whose tax on `baseMinor` is `taxMinor`, which is more than 0: that with the fewest decimals. If four
 * decimals do not suffice, the share is exact and the percentage rounded. Returns null if no rate of at most 100 % has
 * this tax.
 */
export function findTaxRate(
  baseMinor: number,
  taxMinor: number,
  pricesIncludeTax: boolean,
): FoundTaxRate | null {
  const netMinor = pricesIncludeTax ? baseMinor - taxMinor : baseMinor;
  if (taxMinor > netMinor) return null;
  const exact = { numerator: taxMinor, denominator: netMinor };
  for (let decimals = 0; decimals <= PERCENT_DECIMALS_MAX; decimals += 1) {
    const percent = formatPercent(exact, decimals);
    const share = parsePercent(percent)!;
    const applied = pricesIncludeTax ? includedShare(share) : share;
    if (roundShare(baseMinor, applied) === taxMinor) return { percent, share };
  }
  return { percent: formatPercent(exact, PERCENT_DECIMALS_MAX), share: exact };
}

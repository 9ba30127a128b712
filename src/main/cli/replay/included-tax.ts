const PERCENT = /^(\d{1,2}|100)(?:\.(\d{1,4}))?$/;
/** What percentages are counted in: four decimals. */
const PARTS_OF_A_WHOLE = 1_000_000n;

/** Returns a percentage such as `8.875` as parts of a million, or null if it is none. */
export function percentToParts(text: string): bigint | null {
  const [, whole, fraction = ''] = PERCENT.exec(text) ?? [];
  return whole === undefined ? null : BigInt(whole + fraction.padEnd(4, '0'));
}

/**
 * Returns the tax that an amount includes, in minor units, rounded half up. Computed apart from the module of pricing,
 * because it is what the server's taxes are compared with.
 */
export function includedTax(gross: number, parts: bigint): number {
  const whole = PARTS_OF_A_WHOLE + parts;
  return Number((2n * BigInt(gross) * parts + whole) / (2n * whole));
}

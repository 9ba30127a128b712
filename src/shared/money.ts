/**
 * An amount in the minor unit of its currency (pence for GBP), as the API shows it. Source of the exponent: ISO 4217.
 */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** The largest price of one unit, in minor units. */
export const PRICE_MINOR_MAX = 100_000_000;
/** The largest quantity on one line. */
export const QUANTITY_MAX = 10_000;
/** Lines of one order. With the two limits above, their totals add up to at most 1e14. */
export const LINES_MAX = 100;
/** The largest tip, in minor units. */
export const TIP_MINOR_MAX = 100_000_000;
/** The largest total of one order, in minor units: a ninth of the largest exact integer. */
export const TOTAL_MINOR_MAX = 1_000_000_000_000_000;

export function money(amountMinor: number, currency: string): Money {
  return { amount: amountMinor, currency };
}

const zeros = new Map<string, Money>();

/** Returns an amount that is frozen. Nothing is one object per currency: most bills contain it several times. */
export function frozenMoney(amountMinor: number, currency: string): Money {
  if (amountMinor !== 0) return Object.freeze(money(amountMinor, currency));
  let zero = zeros.get(currency);
  if (zero === undefined) {
    zero = Object.freeze(money(0, currency));
    zeros.set(currency, zero);
  }
  return zero;
}

/** Returns the exact sum of integers in minor units. Throws RangeError if it leaves the exact range. */
export function sumMinor(amountsMinor: Iterable<number>): number {
  let totalMinor = 0;
  for (const amountMinor of amountsMinor) totalMinor = exact(totalMinor + amountMinor);
  return totalMinor;
}

/** Returns `quantity` times a price in minor units, both 0 or more, or null above `TOTAL_MINOR_MAX`. */
export function timesMinor(priceMinor: number, quantity: number): number | null {
  return withinTotal(priceMinor * quantity);
}

/** Returns the sum of two amounts in minor units, both 0 or more, or null above `TOTAL_MINOR_MAX`. */
export function addMinor(leftMinor: number, rightMinor: number): number | null {
  return withinTotal(leftMinor + rightMinor);
}

/** Returns a whole percentage, from 0 to 100, of an amount in minor units, rounded half up. Exact up to `TOTAL_MINOR_MAX`. */
export function percentOfMinor(amountMinor: number, percent: number): number {
  const [hundreds, rest] = [Math.floor(amountMinor / 100), amountMinor % 100];
  return exact(hundreds * percent + Math.floor((rest * percent + 50) / 100));
}

/** The currencies whose minor unit does not have two digits. Source: ISO 4217, list one, of 1 January 2026. */
export const oddExponents: ReadonlyMap<string, number> = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
    .split(' ')
    .map((currency) => [currency, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((currency) => [currency, 3] as const),
  ['CLF', 4],
  ['UYW', 4],
]);

/**
 * Returns how many digits the minor unit has: 2 for GBP, 0 for JPY, 3 for KWD. `Intl` is no source for this: it follows
 * price tags, where HUF, COP, IDR and fourteen others have different digits than in ISO 4217, which providers use.
 */
export function currencyExponent(currency: string): number {
  return oddExponents.get(currency) ?? 2;
}

/** Returns whether a code is an ISO 4217 code that this runtime supports. */
export function isCurrency(code: string): boolean {
  return /^[A-Z]{3}$/.test(code) && Intl.supportedValuesOf('currency').includes(code);
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * Parses a decimal text such as `12.95` or `2.6` into minor units, without binary fractions. More digits than the
 * currency has are accepted only if they are zeros, so nothing is ever rounded. Returns null for any other text.
 */
export function parseDecimalMinor(text: string, currency: string): number | null {
  const match = DECIMAL.exec(text.trim());
  if (match === null) return null;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const exponent = currencyExponent(currency);
  if (/[^0]/.test(fraction.slice(exponent))) return null;
  const digits = whole + fraction.slice(0, exponent).padEnd(exponent, '0');
  const amountMinor = Number(digits);
  if (!Number.isSafeInteger(amountMinor)) return null;
  return sign === '-' && amountMinor !== 0 ? -amountMinor : amountMinor;
}

/** Returns `12.95` for 1295 minor units of GBP: an exact plain decimal for people and files. */
export function formatDecimal(amountMinor: number, currency: string): string {
  const exponent = currencyExponent(currency);
  const digits = String(Math.abs(amountMinor)).padStart(exponent + 1, '0');
  const sign = amountMinor < 0 ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * Returns null above the limit. A larger value stays larger when rounded to a binary fraction, so none slips through.
 */
function withinTotal(value: number): number | null {
  return value > TOTAL_MINOR_MAX ? null : value;
}

function exact(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`amount out of the exact range: ${value}`);
  return value;
}

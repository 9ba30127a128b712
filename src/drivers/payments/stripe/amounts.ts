import { currencyExponent } from '../../../shared/money.ts';

/**
 * Stripe uses its own units: mostly the minor unit, but two digits for ISK and UGX (whose minor unit has none), none
 * for MGA (which has two), and only multiples of ten where there are three digits. HUF and TWD have two digits as in
 * ISO 4217; that they must be whole concerns payouts only. Source: https://docs.stripe.com/currencies#minor-units,
 * #special-cases
 */
const withoutDecimals = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
);
const withThreeDecimals = new Set('BHD JOD KWD OMR TND'.split(' '));

function stripeExponent(currency: string): number {
  if (withoutDecimals.has(currency)) return 0;
  return withThreeDecimals.has(currency) ? 3 : 2;
}

/** Converts an amount to Stripe's unit. Null if Stripe cannot express it, because nothing is ever rounded. */
export function toStripeAmount(amountMinor: number, currency: string): number | null {
  const amount = scaled(amountMinor, stripeExponent(currency) - currencyExponent(currency));
  return amount !== null && withThreeDecimals.has(currency) && amount % 10 !== 0 ? null : amount;
}

/** Converts an amount of Stripe to our minor unit. Null if it is not whole. `currency` is our spelling, in capitals. */
export function fromStripeAmount(amount: number, currency: string): number | null {
  return scaled(amount, currencyExponent(currency) - stripeExponent(currency));
}

/** Multiplies by a power of ten, exactly. */
function scaled(amount: number, digits: number): number | null {
  const factor = 10 ** Math.abs(digits);
  const result = digits < 0 ? amount / factor : amount * factor;
  return Number.isSafeInteger(result) ? result : null;
}

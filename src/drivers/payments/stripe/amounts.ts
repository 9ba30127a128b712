import { currencyExponent } from '../../../shared/money.ts';

/**
 * Stripe counts in a unit of its own: mostly the minor unit, with two digits for ISK and UGX (whose minor unit has
 * none), none for MGA (which has two), and with whole tens only where there are three. HUF and TWD have two digits as in
 * ISO 4217; that they are whole concerns payouts. Source: https://docs.stripe.com/currencies#minor-units, #special-cases
 */
const withoutDecimals = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
);
const withThreeDecimals = new Set('BHD JOD KWD OMR TND'.split(' '));

function stripeExponent(currency: string): number {
  if (withoutDecimals.has(currency)) return 0;
  return withThreeDecimals.has(currency) ? 3 : 2;
}

/** The amount as Stripe wants it; null when Stripe cannot express it, since nothing is ever rounded. */
export function toStripeAmount(amountMinor: number, currency: string): number | null {
  const amount = scaled(amountMinor, stripeExponent(currency) - currencyExponent(currency));
  return amount !== null && withThreeDecimals.has(currency) && amount % 10 !== 0 ? null : amount;
}

/** Our minor units of an amount of Stripe's; null when there is a rest. `currency` is our spelling, in capitals. */
export function fromStripeAmount(amount: number, currency: string): number | null {
  return scaled(amount, currencyExponent(currency) - stripeExponent(currency));
}

/** Times a power of ten, exactly. */
function scaled(amount: number, digits: number): number | null {
  const factor = 10 ** Math.abs(digits);
  const result = digits < 0 ? amount / factor : amount * factor;
  return Number.isSafeInteger(result) ? result : null;
}

import { requestErrors } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { TOTAL_MINOR_MAX } from '../../shared/money.ts';
import type { LineToPrice } from './price-lines.ts';
import type { PricedOrder, Pricing, PricingRefusal } from './price-order.ts';

/** Returns the error for an order that cannot be priced. */
export function pricingError(refusal: PricingRefusal): CodedError {
  switch (refusal.kind) {
    case 'total_too_large':
      return tooLargeError();
  }
}

function tooLargeError(): CodedError {
  const detail = `It costs too much: an order can cost at most ${TOTAL_MINOR_MAX} minor units.`;
  return new CodedError(requestErrors.invalid, { detail, errors: [{ pointer: '', detail }] });
}

/** Returns the priced order, or throws the first refusal if it cannot be priced. */
export function requirePriced<Line extends LineToPrice>(pricing: Pricing<Line>): PricedOrder<Line> {
  if (pricing.kind === 'refused') throw pricingError(pricing.refusals[0]);
  return pricing;
}

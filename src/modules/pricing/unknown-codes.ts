import type { OperationLimit } from '../module.ts';
import type { RefusedCode } from './choose-discounts.ts';
import { discountsErrors } from './errors.ts';

/**
 * The limit on guessing codes, for operations whose body has `discountCodes`. A refusal counts by itself; an operation
 * that replies with refusals sets `isGuess` of its request with `refusesUnknownCode`.
 */
export const codesLimit: OperationLimit = {
  limit: 'codes',
  counts: ({ isGuess, replayed }) => isGuess && !replayed,
};

export function hasUnknownCode(codes: readonly RefusedCode[]): boolean {
  return codes.some(({ reason }) => reason === 'unknown');
}

/** Returns whether one of the refusals in a reply is about an unknown code. */
export function refusesUnknownCode(
  refusals: readonly { readonly code: string; readonly [member: string]: unknown }[],
): boolean {
  return refusals.some(
    ({ code, discounts }) =>
      code === discountsErrors.notApplicable.code && hasUnknownCode(discounts as RefusedCode[]),
  );
}

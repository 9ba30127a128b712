import type { OperationLimit } from '../module.ts';
import type { RefusedCode } from './choose-discounts.ts';
import { discountsErrors } from './errors.ts';

/**
 * The limit on guessing codes, for operations whose body has `discountCodes`. A refusal counts by itself; an operation
 * that replies with refusals sets `guesses` of its request with `countRefusedGuesses`.
 */
export const codesLimit: OperationLimit = {
  limit: 'codes',
  counts: ({ guesses, replayed }) => (replayed ? 0 : guesses),
};

export function countUnknownCodes(codes: readonly RefusedCode[]): number {
  return codes.filter(({ reason }) => reason === 'unknown').length;
}

/** Returns how many unknown codes the refusals in a reply are about. */
export function countRefusedGuesses(
  refusals: readonly { readonly code: string; readonly [member: string]: unknown }[],
): number {
  const refusal = refusals.find(({ code }) => code === discountsErrors.notApplicable.code);
  return refusal === undefined ? 0 : countUnknownCodes(refusal.discounts as RefusedCode[]);
}

/** Why a code does not apply, in words. The keys are the reasons of `discounts.not_applicable`. */
const words: Readonly<Record<string, string>> = {
  unknown: 'There is no such code. Please check how it is written.',
  inactive: 'This code is no longer valid.',
  not_started: 'This code is not valid yet.',
  expired: 'This code has expired.',
  minimum: 'Your order is too small for this code.',
  used_up: 'This code has been used too often and is no longer valid.',
  used_by_customer: 'You have already used this code.',
  not_first_order: 'This code is only for a first order.',
  account_required: 'This code is only for customers with an account. Sign in to use it.',
  not_combinable: 'This code cannot be combined with your other discount, which takes off more.',
  nothing_matches: 'This code is not for anything in your cart.',
};

/** These depend on the rest of the cart, so the same code may apply after a change of it. */
const passing = new Set(['minimum', 'not_combinable', 'nothing_matches']);

export function describeReason(reason: string): string {
  return words[reason] ?? 'This code does not apply to your order.';
}

export function mayApplyLater(reason: string): boolean {
  return passing.has(reason);
}

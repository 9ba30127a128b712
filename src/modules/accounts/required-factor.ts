import type { AccountsParts } from './accounts-parts.ts';
import type { User } from './user.ts';

/** Returns whether the shop requires a second factor of a user: they need one first, and keep the last one. */
export function isFactorRequired(
  { factorRequiredOf }: Pick<AccountsParts, 'factorRequiredOf'>,
  { role }: Pick<User, 'role'>,
): boolean {
  return factorRequiredOf.includes(role);
}

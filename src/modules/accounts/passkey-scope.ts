import type { Role } from '../../shared/caller.ts';

/** Where the passkeys of this shop can be used. */
export interface PasskeyScope {
  /** The domain that passkeys belong to: the host of the origins, or a domain above it. */
  readonly rpId: string;
  readonly origins: readonly string[];
  /** Those of the origins where staff use theirs: only the console's if it has an address of its own. */
  readonly staffOrigins: readonly string[];
}

/** Returns where users with this role can use passkeys, so that a page of the shop cannot ask staff for theirs. */
export function narrowScope(scope: PasskeyScope, role: Role): PasskeyScope {
  return role === 'customer' ? scope : { ...scope, origins: scope.staffOrigins };
}

import { createAccessTokens } from '../../src/modules/accounts/tokens/access-tokens.ts';
import type { UserCaller } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';

/** Creates access tokens as a server with this secret does, for tests that need thousands of customers. */
export function createTokenIssuer(secret: string): (caller: UserCaller) => string {
  const tokens = createAccessTokens({
    secrets: [secret],
    issuer: 'holdfast',
    audience: 'holdfast',
    lifetimeSeconds: 900,
  });
  return ({ id, role, vip, familyId }) =>
    tokens.sign(
      {
        userId: id,
        role,
        vip,
        familyId,
        generation: 1,
        epoch: 0,
        authenticatedAtMs: Date.now(),
        factors: [],
        restriction: null,
        device: '',
      },
      new Date(),
      newId(),
    );
}

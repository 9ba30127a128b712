import type { AccountsParts } from './accounts-parts.ts';
import { createAuthenticator } from './authenticator.ts';
import { changePassword } from './change-password.ts';
import { createApiKey } from './create-api-key.ts';
import { forgotPassword } from './forgot-password.ts';
import { listApiKeys } from './list-api-keys.ts';
import { listUsers } from './list-users.ts';
import { logIn } from './log-in.ts';
import { logOut } from './log-out.ts';
import { findOpenResetMail } from './open-reset.ts';
import { getProfile, updateProfile } from './profile.ts';
import { refreshSession } from './refresh-session.ts';
import { resetPassword } from './reset-password.ts';
import { revokeApiKey } from './revoke-api-key.ts';
import { signUp } from './sign-up.ts';
import { updateUser } from './update-user.ts';

export type Accounts = ReturnType<typeof bindUseCases>;

/** Binds the use cases to their dependencies and creates the authenticator for the HTTP shell. */
export function bindUseCases(parts: AccountsParts, cookieSecure: boolean) {
  const { accessTokens, orderTokens, apiKeys, revocations, refreshTokenDays } = parts;
  return {
    authenticator: createAuthenticator({ accessTokens, orderTokens, apiKeys, revocations }),
    cookies: {
      secure: cookieSecure,
      accessMaxAgeSeconds: accessTokens.lifetimeSeconds,
      refreshMaxAgeSeconds: refreshTokenDays * 86_400,
    },
    /** Returns the token of an order, the same one each time. */
    signOrderToken: orderTokens.sign,
    signUp: bind(parts, signUp),
    logIn: bind(parts, logIn),
    refreshSession: bind(parts, refreshSession),
    logOut: bind(parts, logOut),
    getProfile: bind(parts, getProfile),
    updateProfile: bind(parts, updateProfile),
    changePassword: bind(parts, changePassword),
    forgotPassword: bind(parts, forgotPassword),
    openReset: bind(parts, findOpenResetMail),
    resetPassword: bind(parts, resetPassword),
    listUsers: bind(parts, listUsers),
    updateUser: bind(parts, updateUser),
    createApiKey: bind(parts, createApiKey),
    listApiKeys: bind(parts, listApiKeys),
    revokeApiKey: bind(parts, revokeApiKey),
  };
}

function bind<Rest extends unknown[], Result>(
  parts: AccountsParts,
  useCase: (parts: AccountsParts, ...rest: Rest) => Result,
): (...rest: Rest) => Result {
  return (...rest) => useCase(parts, ...rest);
}

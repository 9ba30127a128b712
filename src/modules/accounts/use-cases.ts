import { createAuthenticator } from './access/authenticator.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { openAccountMail } from './emails/open-account-mail.ts';
import { requestVerification } from './emails/request-verification.ts';
import { undoEmailChange } from './emails/undo-email-change.ts';
import { verifyEmail } from './emails/verify-email.ts';
import { addPasskey, createPasskeyOptions } from './factors/add-passkey.ts';
import { addTotp, confirmTotp } from './factors/add-totp.ts';
import { beginPasskeyChallenge } from './factors/challenge.ts';
import { removeFactor, updateFactor } from './factors/change-factor.ts';
import { createRecoveryCodes } from './factors/create-recovery-codes.ts';
import { listFactors } from './factors/list-factors.ts';
import { resetFactors } from './factors/reset-factors.ts';
import { createApiKey } from './keys/create-api-key.ts';
import { listApiKeys } from './keys/list-api-keys.ts';
import { revokeApiKey } from './keys/revoke-api-key.ts';
import { changePassword } from './passwords/change-password.ts';
import { forgotPassword } from './passwords/forgot-password.ts';
import { resetPassword } from './passwords/reset-password.ts';
import { endKeysOf, lockPerson } from './personal-data/lock-person.ts';
import { createAccountsPersonalData } from './personal-data/part.ts';
import { listSessions, listUserSessions } from './sessions/list-sessions.ts';
import { logOut, logOutByRefreshToken } from './sessions/log-out.ts';
import { refreshSession } from './sessions/refresh-session.ts';
import {
  endAllSessions,
  endUserSession,
  endUserSessions,
  revokeOtherSessions,
  revokeSession,
} from './sessions/revoke-sessions.ts';
import { logIn } from './sign-in/log-in.ts';
import { signUp } from './sign-in/sign-up.ts';
import { stepUp } from './sign-in/step-up.ts';
import { verifyLogIn } from './sign-in/verify-log-in.ts';
import { listUsers } from './users/list-users.ts';
import { getProfile, updateProfile } from './users/profile.ts';
import { updateUser } from './users/update-user.ts';

export type Accounts = ReturnType<typeof bindUseCases>;

/** Binds the use cases to their dependencies and creates the authenticator for the HTTP shell. */
export function bindUseCases(parts: AccountsParts) {
  const { accessTokens, orderTokens, apiKeys, revocations } = parts;
  return {
    personalData: createAccountsPersonalData(parts),
    /** Begins to erase a person, in the transaction that does. */
    lockPerson: bind(parts, lockPerson),
    endKeysOf: bind(parts, endKeysOf),
    authenticator: createAuthenticator({ accessTokens, orderTokens, apiKeys, revocations }),
    /** Returns the token of an order, the same one each time. */
    signOrderToken: orderTokens.sign,
    signUp: bind(parts, signUp),
    logIn: bind(parts, logIn),
    verifyLogIn: bind(parts, verifyLogIn),
    beginPasskeyLogIn: bind(parts, beginPasskeyChallenge),
    stepUp: bind(parts, stepUp),
    refreshSession: bind(parts, refreshSession),
    logOut: bind(parts, logOut),
    logOutByRefreshToken: bind(parts, logOutByRefreshToken),
    getProfile: bind(parts, getProfile),
    updateProfile: bind(parts, updateProfile),
    changePassword: bind(parts, changePassword),
    forgotPassword: bind(parts, forgotPassword),
    openAccountMail: bind(parts, openAccountMail),
    resetPassword: bind(parts, resetPassword),
    requestVerification: bind(parts, requestVerification),
    verifyEmail: bind(parts, verifyEmail),
    undoEmailChange: bind(parts, undoEmailChange),
    listFactors: bind(parts, listFactors),
    addTotp: bind(parts, addTotp),
    confirmTotp: bind(parts, confirmTotp),
    createPasskeyOptions: bind(parts, createPasskeyOptions),
    addPasskey: bind(parts, addPasskey),
    createRecoveryCodes: bind(parts, createRecoveryCodes),
    updateFactor: bind(parts, updateFactor),
    removeFactor: bind(parts, removeFactor),
    resetFactors: bind(parts, resetFactors),
    listSessions: bind(parts, listSessions),
    revokeSession: bind(parts, revokeSession),
    revokeOtherSessions: bind(parts, revokeOtherSessions),
    listUserSessions: bind(parts, listUserSessions),
    endUserSession: bind(parts, endUserSession),
    endUserSessions: bind(parts, endUserSessions),
    endAllSessions: bind(parts, endAllSessions),
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

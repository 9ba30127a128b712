import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const accountsErrors = defineErrors('accounts', {
  emailTaken: [
    409,
    'There is already an account with this e-mail address.',
    'Each address has one account, regardless of case, Unicode form and the form of its domain. Sign in, or reset the password.',
  ],
  passwordTooCommon: [
    400,
    'This password is too easy to guess.',
    'It is a common password, only spaces, the e-mail address or name of the account, or the name of the shop. Upper case, digits and punctuation make no difference. Several words in a row are hard to guess and easy to remember.',
  ],
  invalidCredentials: [
    401,
    'The e-mail address or the password is wrong.',
    'An unknown address, a wrong password and a disabled account get the same response.',
  ],
  staffAtConsole: [
    403,
    'Only customers sign in at this address.',
    'Staff sign in at the console, which has an address of its own. Programs of staff ask for tokens, not for cookies.',
  ],
  challengeInvalid: [
    401,
    'This sign-in is no longer valid.',
    'A challenge lives for five minutes and succeeds once. It ends when the password of the account changes. Sign in again.',
  ],
  factorInvalid: [
    401,
    'This code or passkey is not valid.',
    'The code is wrong, was used before or has expired, or the passkey does not belong to this account. Each code of an app works once: wait for the next one.',
  ],
  codesExhausted: [
    429,
    'Too many wrong codes were tried.',
    'After 50 failures in a day, codes of an app are refused until `Retry-After` has passed. Sign in with a passkey or a recovery code, or ask an admin to reset the factors of the account.',
  ],
  passkeysUnavailable: [
    409,
    'Passkeys cannot be used with this shop.',
    'A passkey belongs to a domain, and the address of this server is an IP address. An operator sets PUBLIC_URL or WEBAUTHN_RP_ID to a domain.',
  ],
  factorNotFound: [
    404,
    'There is no such factor.',
    'It was removed, or it belongs to somebody else. One that waits for its confirmation ends after an hour: add it again.',
  ],
  factorMissing: [
    409,
    'This account has no second factor.',
    'Recovery codes replace a factor that was lost. Add an authenticator app or a passkey first.',
  ],
  lastFactor: [
    409,
    'The last second factor has to stay.',
    'This shop requires one of this account. Add another factor first.',
  ],
  ownFactors: [
    409,
    'Nobody resets their own factors.',
    'Another admin does it, or an operator with `holdfast user reset-factors`. Who still has a factor removes the others one by one.',
  ],
  optionsInvalid: [
    400,
    'These options are no longer valid.',
    'The options for a passkey live for five minutes and work once. Request new ones.',
  ],
  passkeyTaken: [
    409,
    'This passkey belongs to an account already.',
    'Use it to sign in, or create another one.',
  ],
  emailUnverified: [
    409,
    'Confirm your e-mail address first.',
    'Somebody else may have signed up with it: their factor would keep its owner out even after a reset of the password. `POST /api/auth/verify-email/send` sends the link again.',
  ],
  tooManyFactors: [
    409,
    'This account has as many factors as it can have.',
    'An account has at most ten, with those that wait for their confirmation. Remove one first.',
  ],
  refreshInvalid: [
    401,
    'This refresh token is not valid.',
    'It is unknown, has expired, or its session has ended. Sign in again.',
  ],
  refreshReused: [
    401,
    'This refresh token has been used before.',
    'Reusing a spent token is a sign of theft, so the whole session has been ended. Sign in again.',
  ],
  sessionNotFound: [
    404,
    'There is no such session.',
    'It never existed, belongs to another user, or has ended. Check the id against the list of sessions.',
  ],
  resetInvalid: [
    400,
    'This reset link is no longer valid.',
    'A link works once, for 30 minutes, and no longer after the password has been changed. Request a new one.',
  ],
  linkInvalid: [
    400,
    'This link is no longer valid.',
    'The link of a mail works once, for 24 hours, or for seven days if it undoes a change, and no longer after a later change. Request a new one.',
  ],
  keyNotFound: [404, 'There is no such API key.', 'It never existed, or it has been revoked.'],
  keysHeld: [
    409,
    'This user holds API keys.',
    'Keys end with the access of the admin who holds them. `keys` lists them. Repeat the change with `"keys": "end"` to end them, or with `"keys": "take"` to hold them yourself, so that what uses them continues to work.',
  ],
  erasureBlocked: [
    409,
    'This person has open business with the shop.',
    'A person is erased once each of their orders is COMPLETED, CANCELLED or FAILED and no money is on its way. `orders` lists at most 100 of the others, `count` counts all.',
  ],
  eraseSelf: [409, 'Nobody erases themself.', 'Another admin does it.'],
  eraseRequestMissing: [
    404,
    'There is no open request to erase this account.',
    'It was withdrawn before, or none was made.',
  ],
  lastAdmin: [409, 'The last active admin cannot be removed.', 'Make another user an admin first.'],
  notFound: [404, 'There is no such user.', 'Check the id against the list of users.'],
});

/** The refusal for a violation of each constraint. */
export const accountsConstraints: Readonly<Record<string, ErrorDefinition>> = {
  users_email_key_key: accountsErrors.emailTaken,
  factors_credential_id_key: accountsErrors.passkeyTaken,
};

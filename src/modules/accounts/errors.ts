import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const accountsErrors = defineErrors('accounts', {
  emailTaken: [
    409,
    'There is already an account with this e-mail address.',
    'One address is one account, whatever its case, its Unicode form and the form of its domain. Sign in, or reset the password.',
  ],
  passwordTooCommon: [
    400,
    'This password is too easy to guess.',
    'It is one of the most used, nothing but blanks, or the e-mail address or the name of the account, maybe with digits or signs about it. Several words in a row are hard to guess and easy to keep.',
  ],
  invalidCredentials: [
    401,
    'The e-mail address or the password is wrong.',
    'The same answer stands for an unknown address, a wrong password and a disabled account.',
  ],
  refreshInvalid: [
    401,
    'This refresh token is not valid.',
    'It is unknown, has expired, or its session has ended. Sign in again.',
  ],
  refreshReused: [
    401,
    'This refresh token has been used before.',
    'A spent token that comes back is a sign of theft, so its whole session has been ended. Sign in again.',
  ],
  resetInvalid: [
    400,
    'This reset link is not valid any more.',
    'A link works once, for 30 minutes, and a newer one voids it. Ask for a new one.',
  ],
  keyNotFound: [404, 'There is no such API key.', 'It never was, or it has been revoked.'],
  lastAdmin: [
    409,
    'The last active admin cannot be taken away.',
    'Make somebody else an admin first.',
  ],
  notFound: [404, 'There is no such user.', 'Check the id against the list of users.'],
});

/** Which broken constraint is which refusal. */
export const accountsConstraints: Readonly<Record<string, ErrorDefinition>> = {
  users_email_key_key: accountsErrors.emailTaken,
};

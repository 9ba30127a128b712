import type { Access, Outcome } from '../../http/index.ts';
import type { ModuleDeclaration, OperationLimit } from '../module.ts';
import { accountsConstraints, accountsErrors } from './errors.ts';

const everyUser: Access = { roles: ['customer', 'kitchen', 'admin'] };
/** Also a user who must do something else first. */
const signedIn = {
  roles: ['customer', 'kitchen', 'admin'],
  whileRestricted: true,
} as const satisfies Access;
/** Until a new password is chosen, nobody adds a factor: somebody else may know the old one. */
const ownFactors: Access = { ...signedIn, whileRestricted: ['factor'] };
const changesOwnFactors: Access = { ...signedIn, whileRestricted: ['factor'], stepUp: true };
const admins: Access = { roles: ['admin'] };
const provenAdmins: Access = { roles: ['admin'], stepUp: true };

/** Counts wrong passwords and wrong proofs, and sign-ups with an address that is already taken. */
const failures: OperationLimit = {
  limit: 'auth',
  counts: ({ status }: Outcome) => status === 401 || status === 409,
};

export const accountsDeclaration = {
  name: 'accounts',
  errors: accountsErrors,
  constraints: accountsConstraints,
  access: {
    signUp: 'anyone',
    register: 'anyone',
    logIn: 'anyone',
    beginPasskeyLogIn: 'anyone',
    verifyLogIn: 'anyone',
    refreshTokens: 'anyone',
    stepUp: ownFactors,
    logOut: { ...signedIn, byRefreshCookie: true },
    getProfile: signedIn,
    updateProfile: signedIn,
    changePassword: signedIn,
    forgotPassword: 'anyone',
    resetPassword: 'anyone',
    listFactors: ownFactors,
    addTotp: changesOwnFactors,
    confirmTotp: changesOwnFactors,
    createPasskeyOptions: changesOwnFactors,
    addPasskey: changesOwnFactors,
    createRecoveryCodes: changesOwnFactors,
    updateFactor: changesOwnFactors,
    removeFactor: changesOwnFactors,
    listSessions: everyUser,
    endSession: { ...everyUser, stepUp: true },
    endOtherSessions: { ...everyUser, stepUp: true },
    resetFactors: provenAdmins,
    verifyEmail: 'anyone',
    requestVerification: signedIn,
    undoEmailChange: 'anyone',
    listUsers: admins,
    updateUser: admins,
    listUserSessions: admins,
    endUserSession: provenAdmins,
    endUserSessions: provenAdmins,
    endAllSessions: provenAdmins,
    createApiKey: provenAdmins,
    listApiKeys: admins,
    revokeApiKey: provenAdmins,
  },
  limits: {
    signUp: [failures],
    register: [failures],
    logIn: [failures],
    // Its body names no account; failures of an account are counted in the database.
    verifyLogIn: [{ ...failures, limit: 'auth-address' }],
    // Each leaves a row for five minutes.
    beginPasskeyLogIn: [{ limit: 'passkey-challenges', counts: ({ status }) => status === 200 }],
    stepUp: [failures],
    changePassword: [failures],
  },
  tags: [
    { name: 'Accounts', description: 'Sign-up, sign-in, profiles and passwords.', place: 10 },
    {
      name: 'Second factors',
      description: 'Authenticator apps, passkeys and recovery codes of the caller.',
      place: 11,
    },
    { name: 'Users', description: 'Roles and access of users, for admins.', place: 70 },
    { name: 'API keys', description: 'Access for machines, for admins.', place: 80 },
  ],
} as const satisfies ModuleDeclaration;

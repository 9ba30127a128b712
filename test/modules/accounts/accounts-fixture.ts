import { randomBytes } from 'node:crypto';
import { createDatabase, type Database } from '../../../src/database/database.ts';
import type { Device } from '../../../src/modules/accounts/devices/device.ts';
import {
  type Accounts,
  type AccountsDependencies,
  createAccounts,
  createUser,
} from '../../../src/modules/accounts/index.ts';
import { markAddressProven } from '../../../src/modules/accounts/queries.ts';
import type { Module } from '../../../src/modules/module.ts';
import { accountMailJob } from '../../../src/modules/notifications/index.ts';
import type { Role, UserCaller } from '../../../src/shared/caller.ts';
import { systemClock } from '../../../src/shared/clock.ts';
import { CodedError } from '../../../src/shared/errors.ts';
import { createCursors } from '../../../src/shared/pagination.ts';
import { createTestJobs } from '../../support/jobs.ts';
import { startModule } from '../../support/module.ts';
import { testAuthor } from '../../support/shop.ts';
import { until } from '../../support/until.ts';

export const SECRET = 'a secret of the tests, 32 bytes or more';
export const FACTOR_KEY = 'a key of the tests with 32 bytes or more';
export const PUBLIC_URL = 'https://shop.example';
export const PASSWORD = 'correct horse battery staple';

/** The use cases that are told their author. */
const authored = [
  'signUp',
  'logIn',
  'verifyLogIn',
  'stepUp',
  'updateProfile',
  'changePassword',
  'resetPassword',
  'confirmTotp',
  'addPasskey',
  'createRecoveryCodes',
  'updateFactor',
  'removeFactor',
  'resetFactors',
  'updateUser',
  'createApiKey',
  'revokeApiKey',
  'endUserSession',
  'endUserSessions',
  'endAllSessions',
] as const satisfies readonly (keyof Accounts)[];

type Authored = {
  [Name in (typeof authored)[number]]: Accounts[Name] extends (
    author: never,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

/** Accounts whose changes have the tests as their author. */
export type TestAccounts = Omit<Accounts, keyof Authored> &
  Omit<Authored, 'logIn'> & {
    /** Signs in a user without a second factor. */
    readonly logIn: (...input: Parameters<Authored['logIn']>) => Promise<Session>;
    /** Signs in any user. */
    readonly tryLogIn: Authored['logIn'];
    /** Marks the address of a user as proven, as its link does. */
    readonly proveAddress: (userId: string) => Promise<void>;
  };

type Session = Extract<LogInResult, { kind: 'session' }>['session'];
type LogInResult = Awaited<ReturnType<Accounts['logIn']>>;

/** Creates and starts one server's accounts. Several on one database are several servers. */
export function accountsOn(
  database: Database,
  overrides: Partial<AccountsDependencies> = {},
): TestAccounts & ReturnType<typeof startModule<object>> {
  return withTestAuthor(startModule(createAccountsOn(database, overrides)), database);
}

export function withTestAuthor<Started extends Accounts>(
  accounts: Started,
  database: Database,
): TestAccounts & Omit<Started, keyof Accounts> {
  const bound = authored.map((name) => {
    const useCase = accounts[name] as (...given: unknown[]) => unknown;
    return [name, (...rest: unknown[]) => useCase(testAuthor, ...rest)] as const;
  });
  const tryLogIn: TestAccounts['tryLogIn'] = (...input) => accounts.logIn(testAuthor, ...input);
  const logIn: TestAccounts['logIn'] = async (...input) => {
    const result = await tryLogIn(...input);
    if (result.kind !== 'session') throw new Error('this user has a second factor');
    return result.session;
  };
  const proveAddress: TestAccounts['proveAddress'] = async (userId) => {
    await markAddressProven(database, userId);
  };
  const own = { logIn, tryLogIn, proveAddress };
  return { ...accounts, ...Object.fromEntries(bound), ...own } as unknown as TestAccounts &
    Omit<Started, keyof Accounts>;
}

export function createAccountsOn(
  database: Database,
  overrides: Partial<AccountsDependencies> = {},
): Module<Accounts> {
  return createAccounts({
    database,
    cursors: createCursors(SECRET),
    jobs: createTestJobs(database, 'notifications.send-account-mail'),
    accountMailJob,
    clock: systemClock,
    jwtSecrets: [SECRET],
    factorKeys: [FACTOR_KEY],
    passkeys: {
      rpId: new URL(PUBLIC_URL).hostname,
      origins: [PUBLIC_URL],
      staffOrigins: [PUBLIC_URL],
    },
    accessTokenMinutes: 15,
    sessionLimits: { customerDays: 180, customerIdleDays: 30, staffDays: 14, staffIdleHours: 12 },
    shopName: 'Corner Bakery',
    ...overrides,
  });
}

/** Returns a database that is unavailable. */
export function unavailableDatabase(): Database {
  return createDatabase({
    url: 'postgres://nobody@127.0.0.1:1/none',
    poolMax: 1,
    constraints: {},
  });
}

let signUps = 0;

export function newEmail(): string {
  signUps += 1;
  return `customer-${process.pid}-${signUps}@example.com`;
}

/** Returns a device that no account knows. */
export function newDevice(isReturning = false): Device {
  return {
    token: randomBytes(32).toString('base64url'),
    isReturning,
    isBrowser: true,
    network: '203.0.113.9',
    range: '203.0.113.0/24',
    userAgent: 'a program without cookies',
    formerRefreshTokens: [],
    admitsStaff: true,
  };
}

export function signUpUser(accounts: TestAccounts, email = newEmail()) {
  return accounts.signUp({ email, password: PASSWORD });
}

/** Returns the caller behind an access token, whether the authenticator answers at once or later. */
export async function callerBehind(
  accounts: Pick<Accounts, 'authenticator'>,
  token: string,
): Promise<UserCaller> {
  const caller = await accounts.authenticator.authenticate(token);
  if (caller.kind !== 'user') throw new Error('this token belongs to an API key');
  return caller;
}

/** Signs in a user of a role that a sign-up cannot give. */
export async function signInAs(database: Database, accounts: TestAccounts, role: Role) {
  const credentials = { email: newEmail(), password: PASSWORD };
  await createUser(database, testAuthor, { ...credentials, role });
  const session = await accounts.logIn(credentials);
  return { session, caller: await callerBehind(accounts, session.accessToken) };
}

/** Returns a check for `assert.rejects` that accepts only a refusal with this code. */
export function refusal(code: string): (error: unknown) => boolean {
  return (error) => error instanceof CodedError && error.code === code;
}

/** Returns the code that a use case refuses with, or null if it succeeds. */
export async function catchCode(work: () => unknown): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof CodedError) return error.code;
    throw error;
  }
}

/** How soon another server knows of a change. The contract states five seconds; this limit is for a busy machine. */
const SOON_MS = 60_000;

/** Repeats `check` until it does not throw. */
export function soon(check: () => Promise<void>): Promise<void> {
  return until(check, SOON_MS);
}

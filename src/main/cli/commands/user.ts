import { randomBytes } from 'node:crypto';
import { createStoredJobs } from '../../../jobs/index.ts';
import {
  accountsErrors,
  createUser,
  disable,
  enable,
  type KeysOption,
  resetFactorsOf,
  setRole,
} from '../../../modules/accounts/index.ts';
import { accountMailJob, MAIL_QUEUE } from '../../../modules/notifications/index.ts';
import { operatorAuthor, type Role } from '../../../shared/caller.ts';
import { CodedError } from '../../../shared/errors.ts';
import { print, printError, readFirstLine } from '../../terminal.ts';
import { UsageError } from '../../usage-error.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

export interface CreateUserOptions extends NewDatabaseOption {
  readonly role: Role;
  readonly name?: string;
  readonly vip?: boolean;
  readonly passwordStdin?: boolean;
}

/**
 * Creates a user. The password comes from standard input. Otherwise one is generated: staff replace it at the first sign-in,
 * for it is shown once, and customers never learn it, but choose one by a link.
 */
export async function createUserCommand(
  email: string,
  { role, name = '', vip = false, passwordStdin = false, ...option }: CreateUserOptions,
): Promise<ExitCode> {
  const password = passwordStdin ? await readFirstLine() : randomBytes(15).toString('base64url');
  return withDatabase(
    { migrated: true, secrets: true, ...option },
    async ({ database, config }) => {
      const { shopName, publicUrl } = config;
      const passwordChangeRequired = !passwordStdin && role !== 'customer';
      const input = { email, password, role, name, vip, shopName, passwordChangeRequired };
      const author = operatorAuthor('user create');
      const user = await createUser(database, author, input).catch(explainInput);
      print(`Created the ${role} ${user.email}.`);
      if (passwordChangeRequired) {
        print(`The password is for the first sign-in, and is shown only once: ${password}`);
      } else if (!passwordStdin) {
        print(`They choose a password at ${publicUrl}/shop/forgot.`);
      }
      return exitCodes.ok;
    },
  );
}

/** Rethrows an error about the input in the words about each place, without the one about requests. */
function explainInput(error: unknown): never {
  if (!(error instanceof CodedError) || error.details.errors === undefined) throw error;
  const sentences = error.details.errors.map(({ detail }) => detail);
  throw new CodedError(error.definition, { detail: sentences.join('\n'), cause: error });
}

export interface ChangeUserOptions extends NewDatabaseOption {
  /** Ends the API keys of an admin who loses their access. */
  readonly endKeys?: boolean;
  /** The e-mail address of the admin who holds them from now on. */
  readonly keysTo?: string;
}

export function setRoleCommand(
  email: string,
  role: Role,
  { endKeys, keysTo, ...option }: ChangeUserOptions,
): Promise<ExitCode> {
  const keys = chooseKeys(endKeys, keysTo);
  return withDatabase({ migrated: true, secrets: true, ...option }, async ({ database }) => {
    const author = operatorAuthor('user role');
    const user = await setRole(database, author, email, role, keys).catch(explainHeldKeys);
    if (user === null) return exitCodes.no;
    print(
      `${user.email} is now ${role} and has to sign in again. Running servers apply this within five seconds.`,
    );
    return exitCodes.ok;
  });
}

export function disableUserCommand(
  email: string,
  { endKeys, keysTo, ...option }: ChangeUserOptions,
): Promise<ExitCode> {
  const keys = chooseKeys(endKeys, keysTo);
  return withDatabase({ migrated: true, secrets: true, ...option }, async ({ database }) => {
    const author = operatorAuthor('user disable');
    const user = await disable(database, author, email, keys).catch(explainHeldKeys);
    if (user === null) return exitCodes.no;
    print(`${user.email} can no longer sign in. Running servers apply this within five seconds.`);
    return exitCodes.ok;
  });
}

export function resetFactorsCommand(email: string, option: NewDatabaseOption): Promise<ExitCode> {
  return withDatabase({ migrated: true, secrets: true, ...option }, async ({ database }) => {
    const author = operatorAuthor('user reset-factors');
    const notices = { jobs: createStoredJobs(MAIL_QUEUE), accountMailJob };
    const { factorsRemoved } = await resetFactorsOf(database, notices, author, email);
    print(
      factorsRemoved === 0
        ? `${email} has no second factor.`
        : `${email} signs in with the password alone until they add a factor. Their sessions end within five seconds.`,
    );
    return exitCodes.ok;
  });
}

export function enableUserCommand(email: string, option: NewDatabaseOption): Promise<ExitCode> {
  return withDatabase({ migrated: true, secrets: true, ...option }, async ({ database }) => {
    const user = await enable(database, operatorAuthor('user enable'), email);
    print(`${user.email} can sign in again.`);
    return exitCodes.ok;
  });
}

/** Throws `UsageError` for both options at once. */
function chooseKeys(endKeys = false, keysTo?: string): KeysOption | undefined {
  if (endKeys && keysTo !== undefined) {
    throw new UsageError('The keys either end or have a new holder: use --end-keys or --keys-to.');
  }
  if (endKeys) return 'end';
  return keysTo === undefined ? undefined : { takenBy: keysTo };
}

/** Lists the keys that would end, and what to do. Other errors are thrown again. */
function explainHeldKeys(error: unknown): null {
  if (!(error instanceof CodedError) || error.definition !== accountsErrors.keysHeld) throw error;
  const keys = error.details.extensions!.keys as readonly { name: string; prefix: string }[];
  printError('This user holds API keys, which end with their access:');
  for (const { name, prefix } of keys) printError(`  ${prefix}…  ${name}`);
  printError('Add --end-keys to end them, or --keys-to <email> to let another admin hold them.');
  return null;
}

import { randomBytes } from 'node:crypto';
import { createUser, disable, setRole } from '../../../modules/accounts/index.ts';
import { operatorAuthor, type Role } from '../../../shared/caller.ts';
import { print, readFirstLine } from '../../terminal.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type NewDatabaseOption, withDatabase } from './with-database.ts';

export interface CreateUserOptions extends NewDatabaseOption {
  readonly role: Role;
  readonly name?: string;
  readonly vip?: boolean;
  readonly passwordStdin?: boolean;
}

/** Creates a user. The password comes from standard input, or is generated and shown once. */
export async function createUserCommand(
  email: string,
  { role, name = '', vip = false, passwordStdin = false, ...option }: CreateUserOptions,
): Promise<ExitCode> {
  const password = passwordStdin ? await readFirstLine() : randomBytes(15).toString('base64url');
  return withDatabase({ migrated: true, ...option }, async ({ database }) => {
    const user = await createUser(database, operatorAuthor('user create'), {
      email,
      password,
      role,
      name,
      vip,
    });
    print(`Created the ${role} ${user.email}.`);
    if (!passwordStdin) print(`The password is shown only once: ${password}`);
    return exitCodes.ok;
  });
}

export function setRoleCommand(
  email: string,
  role: Role,
  option: NewDatabaseOption,
): Promise<ExitCode> {
  return withDatabase({ migrated: true, ...option }, async ({ database }) => {
    const user = await setRole(database, operatorAuthor('user role'), email, role);
    print(`${user.email} is now ${role}. Running servers apply this within five seconds.`);
    return exitCodes.ok;
  });
}

export function disableUserCommand(email: string, option: NewDatabaseOption): Promise<ExitCode> {
  return withDatabase({ migrated: true, ...option }, async ({ database }) => {
    const user = await disable(database, operatorAuthor('user disable'), email);
    print(`${user.email} can no longer sign in. Running servers apply this within five seconds.`);
    return exitCodes.ok;
  });
}

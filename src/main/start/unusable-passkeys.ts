import type { Database } from '../../database/database.ts';
import { countStaffWithWeakPasskeys, countStrandedPasskeys } from '../../modules/accounts/index.ts';
import type { Config } from '../config/config.ts';

/**
 * Describes the passkeys that cannot be used, by which somebody without another factor is locked out: one text, without its
 * end, for each domain that was set when they were created and no longer is, and one for those whose algorithm no longer
 * counts. None on a worker, which signs nobody in.
 */
export async function describeUnusablePasskeys(
  config: Pick<Config, 'passkeys' | 'role'>,
  database: Database,
): Promise<string[]> {
  if (config.role === 'worker') return [];
  return [...(await describeStranded(config, database)), ...(await describeWeak(database))];
}

async function describeStranded(
  { passkeys }: Pick<Config, 'passkeys'>,
  database: Database,
): Promise<string[]> {
  const stranded = await countStrandedPasskeys(database, passkeys?.rpId ?? null);
  const why = passkeys === null ? '' : `, because passkeys belong to ${passkeys.rpId} now`;
  return stranded.map(
    ({ rpId, count }) =>
      `${count === 1 ? '1 passkey' : `${count} passkeys`} of ${rpId} cannot be used${why}: set WEBAUTHN_RP_ID to ${rpId} if the addresses are in this domain; otherwise their users sign in with another factor or a recovery code, and create new ones`,
  );
}

async function describeWeak(database: Database): Promise<string[]> {
  const count = await countStaffWithWeakPasskeys(database);
  if (count === 0) return [];
  const who = count === 1 ? '1 member of staff has' : `${count} members of staff have`;
  return [
    `${who} no other factor than passkeys that sign by RS256, which no longer count: let each sign in with a recovery code and add another, or remove theirs with "holdfast user reset-factors"`,
  ];
}

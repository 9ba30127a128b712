import type { Database } from '../../database/database.ts';
import { countStrandedPasskeys } from '../../modules/accounts/index.ts';
import type { Config } from '../config/config.ts';

/**
 * Describes the passkeys that cannot be used, because another domain was set since they were created: one text, without its end,
 * for each former domain. Whoever has no other factor is locked out.
 */
export async function describeStrandedPasskeys(
  { passkeys, role }: Pick<Config, 'passkeys' | 'role'>,
  database: Database,
): Promise<string[]> {
  if (role === 'worker') return [];
  const stranded = await countStrandedPasskeys(database, passkeys?.rpId ?? null);
  const why = passkeys === null ? '' : `, because passkeys belong to ${passkeys.rpId} now`;
  return stranded.map(
    ({ rpId, count }) =>
      `${count === 1 ? '1 passkey' : `${count} passkeys`} of ${rpId} cannot be used${why}: set WEBAUTHN_RP_ID to ${rpId} if the addresses are in this domain; otherwise their users sign in with another factor or a recovery code, and create new ones`,
  );
}

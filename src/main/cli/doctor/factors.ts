import type { Database } from '../../../database/database.ts';
import { countKeyUse } from '../../../modules/accounts/index.ts';
import type { Config } from '../../config/config.ts';
import { findFactorKeys } from '../../start/own-secrets.ts';
import { describeUnusablePasskeys } from '../../start/unusable-passkeys.ts';
import { createFinding, type Finding } from './finding.ts';

const WHAT = 'second factors';

/** Checks whether the secrets of authenticator apps can be decrypted with the present keys. */
export async function factorKeyFindings(config: Config, database: Database): Promise<Finding[]> {
  if (config.role === 'worker') return [];
  const keys = (await findFactorKeys(config)) ?? [];
  const { lost, former } = await countKeyUse(database, keys);
  const findings: Finding[] = [];
  if (lost > 0) {
    const say = `${countApps(lost)} cannot be used, because FACTOR_KEY does not contain the key of their secrets: put it after the present one, separated by a comma, or remove the factors of these users with "holdfast user reset-factors"`;
    findings.push(createFinding(WHAT, 'wrong', say));
  }
  if (keys.length > 1) {
    const say =
      former === 0
        ? 'no secret needs a former key of FACTOR_KEY any more; remove all but the first'
        : `a former key of FACTOR_KEY is still needed for ${countApps(former)}, until each is used again; keep it`;
    findings.push(createFinding(WHAT, 'look', say));
  }
  return findings;
}

/** Says where passkeys can be used. */
export function passkeyFindings({ passkeys, publicUrl }: Config): Finding[] {
  if (passkeys !== null) {
    return [createFinding(WHAT, 'ok', `passkeys belong to ${passkeys.rpId}`)];
  }
  const say = `there are no passkeys, because ${publicUrl} has no domain; set PUBLIC_URL to an address with one`;
  return [createFinding(WHAT, 'look', say)];
}

/** Lists passkeys that stopped working. */
export async function unusablePasskeyFindings(
  config: Config,
  database: Database,
): Promise<Finding[]> {
  const sentences = await describeUnusablePasskeys(config, database);
  return sentences.map((say) => createFinding(WHAT, 'look', say));
}

function countApps(count: number): string {
  return count === 1 ? '1 authenticator app' : `${count} authenticator apps`;
}

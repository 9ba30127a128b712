import type { Database } from '../../../database/database.ts';
import { createSealKeys, listNewestSeals } from '../../../seals/index.ts';
import type { Config } from '../../config/config.ts';
import { findSealKeys } from '../../start/own-secrets.ts';
import { createFinding, type Finding } from './finding.ts';

const WHAT = 'seals';

/** Checks whether the newest seal was signed with a key that is still known. `holdfast verify-log` checks all of them. */
export async function sealFindings(config: Config, database: Database): Promise<Finding[]> {
  if (config.role === 'api') return [];
  const [newest] = await listNewestSeals(database, 1);
  if (newest === undefined) return [];
  const keys = createSealKeys((await findSealKeys(config)) ?? []);
  const seal = `seal ${newest.number} of ${newest.at}`;
  if (keys.verify(newest.hash, newest.signature)) {
    return [createFinding(WHAT, 'ok', `the log and the audit are sealed, last by ${seal}`)];
  }
  const say = `SEAL_KEY does not contain the key of ${seal}, so "holdfast verify-log" cannot tell it from a forged one: put the former key after the present one, separated by a comma`;
  return [createFinding(WHAT, 'wrong', say)];
}

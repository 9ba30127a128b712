import { randomBytes } from 'node:crypto';
import { findSecret, loadOrCreateSecret } from '../../database/embedded/index.ts';
import type { Config, SecretChoice } from '../config/config.ts';

const FACTOR_KEY_FILE = 'factor-key';

/** Returns the secrets that sign tokens. */
export function loadJwtSecrets(config: Config): Promise<readonly string[]> {
  return loadOwnSecrets(config, config.jwtSecret, 'jwt-secret');
}

/** Returns the keys that encrypt the secrets of factors; none for a worker, which checks no factors. */
export async function loadFactorKeys(config: Config): Promise<readonly string[]> {
  const { factorKey, role } = config;
  if (role === 'worker' && factorKey.kind === 'generated') return [];
  return loadOwnSecrets(config, factorKey, FACTOR_KEY_FILE);
}

/** Returns the same keys without generating one; null if there is none yet. */
export async function findFactorKeys({
  factorKey,
  dataDir,
}: Config): Promise<readonly string[] | null> {
  if (factorKey.kind === 'given') return factorKey.secrets;
  const generated = await findSecret(dataDir, FACTOR_KEY_FILE);
  return generated === null ? null : [generated];
}

/**
 * Returns the configured secrets, or one that is generated on the first start and stored in the data folder, readable
 * by its owner only.
 */
async function loadOwnSecrets(
  { dataDir }: Config,
  choice: SecretChoice,
  file: string,
): Promise<readonly string[]> {
  if (choice.kind === 'given') return choice.secrets;
  const generateSecret = () => randomBytes(48).toString('base64url');
  return [await loadOrCreateSecret(dataDir, file, generateSecret)];
}

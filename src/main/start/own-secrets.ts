import { randomBytes } from 'node:crypto';
import { loadOrCreateSecret } from '../../database/embedded/index.ts';
import type { Config, SecretChoice } from '../config/config.ts';

/** Returns the secrets that sign tokens. */
export function loadJwtSecrets(config: Config): Promise<readonly string[]> {
  return loadOwnSecrets(config, config.jwtSecret, 'jwt-secret');
}

/** Returns the keys that encrypt the secrets of factors. */
export function loadFactorKeys(config: Config): Promise<readonly string[]> {
  return loadOwnSecrets(config, config.factorKey, 'factor-key');
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

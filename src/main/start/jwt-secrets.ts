import { randomBytes } from 'node:crypto';
import { loadOrCreateSecret } from '../../database/embedded/index.ts';
import type { Config } from '../config/config.ts';

/**
 * Returns the configured secrets, or one that is generated on the first start and stored in the data folder, readable
 * by its owner only.
 */
export async function loadJwtSecrets(config: Config): Promise<readonly string[]> {
  if (config.jwtSecret.kind === 'given') return config.jwtSecret.secrets;
  const generateSecret = () => randomBytes(48).toString('base64url');
  return [await loadOrCreateSecret(config.dataDir, 'jwt-secret', generateSecret)];
}

import { randomBytes } from 'node:crypto';
import { findSecret, loadOrCreateSecret } from '../../database/embedded/index.ts';
import type { Config, SecretChoice } from '../config/config.ts';

const FACTOR_KEY_FILE = 'factor-key';
const SEAL_KEY_FILE = 'seal-key';

/** Returns a text that holds a secret. */
const generateSecret = () => randomBytes(48).toString('base64url');
/** Returns a seed as SEAL_KEY contains it. */
const generateSeed = () => randomBytes(32).toString('base64');

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
export function findFactorKeys(config: Config): Promise<readonly string[] | null> {
  return findOwnSecrets(config, config.factorKey, FACTOR_KEY_FILE);
}

/** Returns the keys that sign seals; none for a process that seals nothing. */
export async function loadSealKeys(config: Config): Promise<readonly string[]> {
  const { sealKey, role } = config;
  if (role === 'api') return [];
  return loadOwnSecrets(config, sealKey, SEAL_KEY_FILE, generateSeed);
}

/** Returns the keys that verify seals, without generating one; null if there is none yet. */
export function findSealKeys(config: Config): Promise<readonly string[] | null> {
  return findOwnSecrets(config, config.sealKey, SEAL_KEY_FILE);
}

async function findOwnSecrets(
  { dataDir }: Config,
  choice: SecretChoice,
  file: string,
): Promise<readonly string[] | null> {
  if (choice.kind === 'given') return choice.secrets;
  const generated = await findSecret(dataDir, file);
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
  generate = generateSecret,
): Promise<readonly string[]> {
  if (choice.kind === 'given') return choice.secrets;
  return [await loadOrCreateSecret(dataDir, file, generate)];
}

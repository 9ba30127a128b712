import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findSecret, loadOrCreateSecret } from '../../database/embedded/index.ts';
import type { Config, SecretChoice } from '../config/config.ts';
import { ConfigurationError } from '../config/configuration-error.ts';
import { isSealKey, isSecret, SEAL_KEY_TAKES, SECRET_TAKES } from '../config/secret-values.ts';

export const JWT_SECRET_FILE = 'jwt-secret';
export const FACTOR_KEY_FILE = 'factor-key';
export const ENCRYPTION_KEY_FILE = 'encryption-key';
export const SEAL_KEY_FILE = 'seal-key';

/** Returns a text that holds a secret. */
const generateSecret = () => randomBytes(48).toString('base64url');
/** Returns a seed as SEAL_KEY contains it. */
const generateSeed = () => randomBytes(32).toString('base64');

/** Returns the secrets that sign tokens. */
export function loadJwtSecrets(config: Config): Promise<readonly string[]> {
  return loadOwnSecrets(config, config.jwtSecret, JWT_SECRET_FILE);
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

/**
 * Returns the keys that encrypt stored secrets; none if these are stored in clear. Throws ConfigurationError if the file does not
 * contain one.
 */
export async function loadEncryptionKeys(config: Config): Promise<readonly string[]> {
  const { encryptionKey, production } = config;
  // A restored backup needs the key, so whoever runs a shop must know of it.
  if (encryptionKey === null || production) return findEncryptionKeys(config);
  return requireEncryptionKeys(
    config,
    await loadOwnSecrets(config, encryptionKey, ENCRYPTION_KEY_FILE),
  );
}

/** Returns the same keys without generating one; none if there is none yet. Throws as `loadEncryptionKeys`. */
export async function findEncryptionKeys(config: Config): Promise<readonly string[]> {
  const { encryptionKey } = config;
  if (encryptionKey === null) return [];
  const found = await findOwnSecrets(config, encryptionKey, ENCRYPTION_KEY_FILE);
  return requireEncryptionKeys(config, found ?? []);
}

/**
 * Returns the keys that sign seals; none for a process that seals nothing. Throws ConfigurationError if the file does not contain
 * one.
 */
export async function loadSealKeys(config: Config): Promise<readonly string[]> {
  const { sealKey, role } = config;
  if (role === 'api') return [];
  return requireSealKeys(
    config,
    await loadOwnSecrets(config, sealKey, SEAL_KEY_FILE, generateSeed),
  );
}

/** Returns the keys that verify seals, without generating one; null if there is none yet. Throws as `loadSealKeys`. */
export async function findSealKeys(config: Config): Promise<readonly string[] | null> {
  const found = await findOwnSecrets(config, config.sealKey, SEAL_KEY_FILE);
  return found && requireSealKeys(config, found);
}

function requireEncryptionKeys(config: Config, texts: readonly string[]): readonly string[] {
  return requireEach(config, texts, {
    isFit: isSecret,
    file: ENCRYPTION_KEY_FILE,
    takes: `a key that encrypts, ${SECRET_TAKES}`,
    loss: 'what was encrypted under the former one is then lost, see "holdfast encryption-key forget"',
  });
}

function requireSealKeys(config: Config, texts: readonly string[]): readonly string[] {
  return requireEach(config, texts, {
    isFit: isSealKey,
    file: SEAL_KEY_FILE,
    takes: `a key of seals, ${SEAL_KEY_TAKES}`,
    loss: 'the seals of before can then no longer be verified',
  });
}

interface KeyForm {
  readonly isFit: (text: string) => boolean;
  readonly file: string;
  /** What the file should contain. */
  readonly takes: string;
  /** What a new key costs. */
  readonly loss: string;
}

function requireEach(
  { dataDir }: Config,
  texts: readonly string[],
  { isFit, file, takes, loss }: KeyForm,
): readonly string[] {
  // A file that was restored by hand may end with a line break.
  const keys = texts.map((text) => text.trim());
  if (keys.every(isFit)) return keys;
  throw new ConfigurationError([
    `${join(dataDir, file)} does not contain ${takes}: restore it. If it is lost, remove the file, and a new key is made; ${loss}.`,
  ]);
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

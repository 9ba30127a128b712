import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keepOnce } from '../database/embedded/keep-once.ts';
import type { Config } from './config.ts';

/** The configured secrets, or one that is made on the first start and kept in the data folder for its owner only. */
export async function jwtSecretsOf(config: Config): Promise<readonly string[]> {
  if (config.jwtSecret.kind === 'given') return config.jwtSecret.secrets;
  await mkdir(config.dataDir, { recursive: true, mode: 0o711 });
  const path = join(config.dataDir, 'jwt-secret');
  return [await keepOnce(path, () => randomBytes(48).toString('base64url'))];
}

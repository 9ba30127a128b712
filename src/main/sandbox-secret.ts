import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { keepOnce } from '../database/embedded/keep-once.ts';
import type { Config } from './config.ts';

/**
 * The configured secret, or one that is made on the first start and kept in the data folder for its owner only. Null with
 * another provider.
 */
export async function sandboxSecretOf({ payments, dataDir }: Config): Promise<string | null> {
  if (payments.kind !== 'sandbox') return null;
  if (payments.webhookSecret !== null) return payments.webhookSecret;
  await mkdir(dataDir, { recursive: true, mode: 0o711 });
  const path = join(dataDir, 'sandbox-webhook-secret');
  return keepOnce(path, () => `whsec_${randomBytes(32).toString('base64')}`);
}

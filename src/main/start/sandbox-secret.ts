import { randomBytes } from 'node:crypto';
import { loadOrCreateSecret } from '../../database/embedded/index.ts';
import type { Config } from '../config/config.ts';

export const SANDBOX_SECRET_FILE = 'sandbox-webhook-secret';

/**
 * Returns the configured secret, or one that is generated on the first start and stored in the data folder, readable by
 * its owner only. Null with another provider.
 */
export async function loadSandboxSecret({ payments, dataDir }: Config): Promise<string | null> {
  if (payments.kind !== 'sandbox') return null;
  if (payments.webhookSecret !== null) return payments.webhookSecret;
  const generateSecret = () => `whsec_${randomBytes(32).toString('base64')}`;
  return loadOrCreateSecret(dataDir, SANDBOX_SECRET_FILE, generateSecret);
}

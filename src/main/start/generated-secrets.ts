import { findSecret } from '../../database/embedded/index.ts';
import type { Config } from '../config/config.ts';
import {
  ENCRYPTION_KEY_FILE,
  FACTOR_KEY_FILE,
  JWT_SECRET_FILE,
  SEAL_KEY_FILE,
} from './own-secrets.ts';
import { SANDBOX_SECRET_FILE } from './sandbox-secret.ts';

/** A secret that is generated below DATA_DIR unless a variable gives it. */
export interface GeneratedSecret {
  readonly file: string;
  readonly variable: string;
  /** Returns what the variable gives; null if it gives nothing. */
  readonly given: (config: Config) => readonly string[] | null;
}

const readGiven = (choice: Config['jwtSecret'] | null) =>
  choice?.kind === 'given' ? choice.secrets : null;

export const generatedSecrets = {
  jwt: {
    file: JWT_SECRET_FILE,
    variable: 'JWT_SECRET',
    given: ({ jwtSecret }) => readGiven(jwtSecret),
  },
  factor: {
    file: FACTOR_KEY_FILE,
    variable: 'FACTOR_KEY',
    given: ({ factorKey }) => readGiven(factorKey),
  },
  encryption: {
    file: ENCRYPTION_KEY_FILE,
    variable: 'ENCRYPTION_KEY',
    given: ({ encryptionKey }) => readGiven(encryptionKey),
  },
  seal: {
    file: SEAL_KEY_FILE,
    variable: 'SEAL_KEY',
    given: ({ sealKey }) => readGiven(sealKey),
  },
  sandbox: {
    file: SANDBOX_SECRET_FILE,
    variable: 'SANDBOX_WEBHOOK_SECRET',
    given: ({ payments }) =>
      payments.kind === 'sandbox' && payments.webhookSecret !== null
        ? [payments.webhookSecret]
        : null,
  },
} satisfies Record<string, GeneratedSecret>;

/** Returns the secrets that were generated and are in use, by their file. */
export async function findGeneratedSecrets(config: Config): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { file, given } of Object.values<GeneratedSecret>(generatedSecrets)) {
    const text = given(config) === null ? await findSecret(config.dataDir, file) : null;
    if (text !== null) found[file] = text;
  }
  return found;
}

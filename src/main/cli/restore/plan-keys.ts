import type { BackupContent, NeededKeys } from '../../../database/backup/index.ts';
import { findSecret } from '../../../database/embedded/index.ts';
import { createKeyRing } from '../../../database/key-ring.ts';
import { buildFactorKeyId } from '../../../modules/accounts/index.ts';
import { createSealKeys } from '../../../seals/index.ts';
import type { Config } from '../../config/config.ts';
import { isSealKey } from '../../config/secret-values.ts';
import { type GeneratedSecret, generatedSecrets } from '../../start/generated-secrets.ts';
import { UsageError } from '../../usage-error.ts';

type SecretName = keyof typeof generatedSecrets;

/** Where the secrets of a restored database come from. */
export interface KeyPlan {
  /** The contents of files to create below DATA_DIR, by their names. */
  readonly files: Readonly<Record<string, string>>;
  /** One sentence for each needed key that is neither given nor in the backup. */
  readonly missing: readonly string[];
  readonly encryptionKeys: readonly string[];
  readonly sealKeys: readonly string[];
  /** Whether the signature of the backup was verified with a key that is not from the backup itself. */
  readonly isSignatureProven: boolean;
}

/**
 * Decides which secrets are used: those that variables give, then those that are below DATA_DIR, then those of the backup. Throws
 * UsageError if a file below DATA_DIR contains another secret than the backup, and if the backup was not signed by the given
 * SEAL_KEY.
 */
export async function planKeys(
  config: Config,
  { header, manifest, end }: BackupContent,
): Promise<KeyPlan> {
  const files: Record<string, string> = {};
  const texts: Record<SecretName, readonly string[]> = {
    jwt: [],
    factor: [],
    encryption: [],
    seal: [],
    sandbox: [],
  };
  const outside = new Set<SecretName>();
  for (const [name, secret] of Object.entries<GeneratedSecret>(generatedSecrets)) {
    const given = secret.given(config);
    const stored = given ?? (await findStored(config, secret, header.secrets[secret.file]));
    const saved = header.secrets[secret.file];
    if (stored !== null) outside.add(name as SecretName);
    else if (saved !== undefined) files[secret.file] = saved;
    texts[name as SecretName] = stored ?? (saved === undefined ? [] : [saved.trim()]);
  }
  const sealKeys = createSealKeys(texts.seal.filter(isSealKey));
  const missing = listMissing(config, manifest.keys, {
    encryption: createKeyRing(texts.encryption).ids,
    factor: texts.factor.map(buildFactorKeyId),
    seal: sealKeys.publicKeys,
  });
  const isSigned = end.signature !== null && sealKeys.verify(end.sha256, end.signature);
  const isKeyThere = manifest.keys.seal.some((key) => sealKeys.publicKeys.includes(key));
  if (isKeyThere && !isSigned) {
    throw new UsageError(
      'The signature of the backup is not by SEAL_KEY: it was altered after it was made. Nothing was changed.',
    );
  }
  return {
    files,
    missing,
    encryptionKeys: texts.encryption,
    sealKeys: texts.seal,
    isSignatureProven: isSigned && outside.has('seal'),
  };
}

/** Returns the secret below DATA_DIR; null if there is none. */
async function findStored(
  { dataDir }: Config,
  { file, variable }: GeneratedSecret,
  saved: string | undefined,
): Promise<readonly string[] | null> {
  const found = await findSecret(dataDir, file);
  if (found === null) return null;
  if (saved !== undefined && saved.trim() !== found.trim()) {
    throw new UsageError(
      `${dataDir}/${file} contains another secret than the backup. Move it away to use that of the backup, or give both in ${variable}, separated by a comma. Nothing was changed.`,
    );
  }
  return [found.trim()];
}

const needs = {
  encryption: 'the secrets of webhook endpoints and what the log says of people in words',
  factor: 'authenticator apps',
  seal: 'the seals of the log and the audit',
} satisfies Record<keyof NeededKeys, string>;

function listMissing(
  { dataDir }: Config,
  needed: NeededKeys,
  there: NeededKeys,
): readonly string[] {
  return (Object.keys(needs) as (keyof NeededKeys)[]).flatMap((kind) => {
    const { variable, file } = generatedSecrets[kind];
    const ids = needed[kind].filter((id) => !there[kind].includes(id));
    if (ids.length === 0) return [];
    const what = kind === 'seal' ? 'public key' : 'id';
    return `${variable} does not contain the key with the ${what} ${ids.join(', ')}, for ${needs[kind]}. Set ${variable} or ${variable}_FILE, or put its file back as ${dataDir}/${file}.`;
  });
}

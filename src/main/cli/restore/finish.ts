import type { Logger } from 'pino';
import { recordAudit } from '../../../audit/index.ts';
import { registerKeys } from '../../../database/encryption/registry.ts';
import { listValidKeys } from '../../../modules/accounts/index.ts';
import type { ErasedAgain } from '../../../modules/privacy/index.ts';
import { operatorAuthor } from '../../../shared/caller.ts';
import { compose } from '../../compose/compose.ts';
import type { Config } from '../../config/config.ts';
import { loadFactorKeys, loadJwtSecrets } from '../../start/own-secrets.ts';
import { loadSandboxSecret } from '../../start/sandbox-secret.ts';
import { encryptedTables } from '../../tables/encrypted-tables.ts';
import type { ListedChange } from './read-erasures.ts';

const VALID_KEYS_MAX = 1_000;

export interface FinishOptions {
  readonly databaseUrl: string;
  /** The time to which the database was restored. */
  readonly snapshotAt: string;
  readonly encryptionKeys: readonly string[];
  /** Whether keys are lost, so that what is encrypted under them cannot be required. */
  readonly lacksKeys: boolean;
  readonly changes: readonly ListedChange[];
  readonly logger: Logger;
}

export interface Finished {
  readonly erased: ErasedAgain;
  /** The API keys with which programs get in again, those too that were revoked after the backup. */
  readonly validKeys: Awaited<ReturnType<typeof listValidKeys>>;
}

/** Ends all sessions of the restored database, and erases again who was erased after the backup. */
export async function finishRestore(
  config: Config,
  { databaseUrl, snapshotAt, encryptionKeys, lacksKeys, changes, logger }: FinishOptions,
): Promise<Finished> {
  const author = operatorAuthor('restore');
  // What other machines remember of the database is of no use here, and they may be out of reach.
  const alone: Config = {
    ...config,
    redisUrl: null,
    cache: { kind: 'memory' },
    otlpEndpoint: null,
    databaseReplicaUrls: [],
  };
  const application = await compose(alone, {
    databaseUrl,
    jwtSecrets: await loadJwtSecrets(config),
    factorKeys: await loadFactorKeys(config),
    encryptionKeys,
    sealKeys: [],
    sandboxSecret: await loadSandboxSecret(config),
    logger,
    isPrepared: () => true,
  });
  const { database, modules } = application;
  try {
    if (!lacksKeys) await registerKeys(database, encryptedTables);
    await modules.accounts.endAllSessions(author);
    const ids = changes.filter(({ type }) => type === 'user.erased').map(({ id }) => id);
    const erased = await modules.privacy.eraseAgain(author, [...new Set(ids)]);
    await database.transaction((tx) =>
      recordAudit(tx, author, [
        {
          type: 'database.restored',
          subjectId: null,
          before: null,
          after: { snapshotAt, erasedAgain: erased.count },
        },
      ]),
    );
    return { erased, validKeys: await listValidKeys(database, VALID_KEYS_MAX) };
  } finally {
    await application.stop();
  }
}

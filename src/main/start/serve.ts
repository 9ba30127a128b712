import type { Logger } from 'pino';
import { startEmbeddedPostgres } from '../../database/embedded/index.ts';
import { isDatabaseUnavailable } from '../../database/unavailable.ts';
import { findUnfitDatabaseError } from '../../database/unfit-database.ts';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import { pause } from '../../shared/pause.ts';
import { type Application, compose } from '../compose/compose.ts';
import { listeningUrl } from '../compose/create-server.ts';
import type { Config } from '../config/config.ts';
import { requireValidCertificate } from '../config/tls-choice.ts';
import { findMissingEncryption } from '../config/weak-settings.ts';
import {
  type DatabaseFault,
  findDatabaseFault,
  UnusableDatabaseError,
} from '../faults/database-fault.ts';
import { toListenError } from '../faults/listen-fault.ts';
import { loadEncryptionKeys, loadFactorKeys, loadJwtSecrets, loadSealKeys } from './own-secrets.ts';
import { type Prepared, prepareDatabase } from './prepare-database.ts';
import { loadSandboxSecret } from './sandbox-secret.ts';

/** The wait between attempts to reach the database. */
const retryDelayMs = exponentialBackoff({ baseMs: 250, capMs: 5_000, jitter: [1, 1] });
/** Far longer than an up-to-date database needs, and shorter than the probes in deploy/ wait. */
const LISTEN_AFTER_MS = 10_000;

export interface RunningServer {
  /** The address on which it listens, such as `http://127.0.0.1:3000`. */
  readonly address: string;
  readonly databaseUrl: string;
  readonly application: Application;
  /**
   * Resolves when the database is prepared and the background work runs; until then the server responds with 503.
   * Rejects if the server must not serve from this database, or was stopped before.
   */
  readonly prepared: Promise<Prepared>;
  /** Drains and stops everything, in reverse order of the start. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the whole application. It listens once it can serve, so that a proxy that sends requests at once gets no 503.
 * While an external database is unavailable or slow, it listens and waits, so that probes get responses and the two can
 * be started in any order.
 */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  if (config.production) {
    for (const { say } of findMissingEncryption(config)) logger.warn(`${say}.`);
  }
  await using started = new AsyncDisposableStack();
  requireValidCertificate(config, new Date());
  const jwtSecrets = await loadJwtSecrets(config);
  const factorKeys = await loadFactorKeys(config);
  const encryptionKeys = await loadEncryptionKeys(config);
  const sealKeys = await loadSealKeys(config);
  const sandboxSecret = await loadSandboxSecret(config);
  let databaseUrl: string;
  let migrationUrl: string | null;
  if (config.database.kind === 'external') {
    ({ url: databaseUrl, migrationUrl } = config.database);
  } else {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: logger });
    started.defer(() => postgres.stop());
    ({ url: databaseUrl, ownerUrl: migrationUrl } = postgres);
  }

  let isPrepared = false;
  const application = await compose(config, {
    databaseUrl,
    jwtSecrets,
    factorKeys,
    encryptionKeys,
    sealKeys,
    sandboxSecret,
    logger,
    isPrepared: () => isPrepared,
  });
  started.defer(() => application.stop());

  const stopping = new AbortController();
  const listenNow = Promise.withResolvers<void>();
  const timer = setTimeout(listenNow.resolve, LISTEN_AFTER_MS);
  const listening = Promise.withResolvers<void>();
  const prepared = prepareWhenReachable(config, application, logger, {
    migrationUrl,
    onUnavailable: listenNow.resolve,
    signal: stopping.signal,
  }).then(async (result) => {
    isPrepared = true;
    listenNow.resolve();
    await listening.promise;
    application.start();
    return result;
  });
  // Callers that await it see the rejection; without this handler, a stop before that would end the process.
  prepared.catch(listenNow.resolve);

  await listenNow.promise;
  clearTimeout(timer);
  try {
    await application.app.listen({ host: config.host, port: config.port });
    listening.resolve();
  } catch (error) {
    stopping.abort(error);
    throw toListenError(error, config);
  }

  const everything = started.move();
  let stopped: Promise<void> | undefined;
  return {
    address: listeningUrl(application.app, config),
    databaseUrl,
    application,
    prepared,
    stop() {
      stopping.abort(new Error('stopped while waiting for the database'));
      stopped ??= prepared.then(
        () => everything.disposeAsync(),
        () => everything.disposeAsync(),
      );
      return stopped;
    },
  };
}

interface PreparationOptions {
  readonly migrationUrl: string | null;
  readonly onUnavailable: () => void;
  readonly signal: AbortSignal;
}

async function prepareWhenReachable(
  config: Config,
  application: Application,
  logger: Logger,
  { migrationUrl, onUnavailable, signal }: PreparationOptions,
): Promise<Prepared> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await prepareDatabase(config, application, migrationUrl, logger);
    } catch (error) {
      const fault = await findFault(error, config);
      if (!fault.mayPass) throw new UnusableDatabaseError(fault, error);
      onUnavailable();
      logger.warn(`${fault.sentence} Waiting for the database.`);
      await pause(retryDelayMs(attempt), { signal });
    }
  }
}

/** Finds the fault of a database that cannot be used now. Rethrows any other error. */
async function findFault(error: unknown, { database }: Config): Promise<DatabaseFault> {
  const fault = database.kind === 'external' ? await findDatabaseFault(error, database.url) : null;
  if (fault !== null) return fault;
  if (findUnfitDatabaseError(error) === null && isDatabaseUnavailable(error)) {
    return { sentence: 'The embedded database is unavailable.', mayPass: true };
  }
  throw error;
}

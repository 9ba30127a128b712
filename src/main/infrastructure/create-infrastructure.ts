import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import {
  type Change,
  createDatabase,
  type Database,
  type DatabaseOptions,
} from '../../database/database.ts';
import { createKeyFollowing } from '../../database/encryption/key-following.ts';
import type { PrimaryWatch } from '../../database/failover/index.ts';
import { createKeyRing } from '../../database/key-ring.ts';
import { createReplicas } from '../../database/replicas.ts';
import type { Queryable } from '../../database/statement.ts';
import { createMemoryCaches } from '../../drivers/cache/memory/memory-caches.ts';
import { createHttpSender } from '../../drivers/webhooks/http/http-sender.ts';
import { createLiveLog, createLogTail, createRelay } from '../../events/index.ts';
import { createSecurityLog } from '../../http/index.ts';
import { createJobs } from '../../jobs/index.ts';
import { createMetrics, type Metrics } from '../../modules/operations/index.ts';
import { createSealing, createSealKeys } from '../../seals/index.ts';
import { type Channel, createChannel, createLatest } from '../../shared/channel.ts';
import { systemClock } from '../../shared/clock.ts';
import { createCursors } from '../../shared/pagination.ts';
import { createPressure } from '../../shared/pressure.ts';
import type { Tracing } from '../../shared/tracing.ts';
import type { Config } from '../config/config.ts';
import { createCaches } from './create-caches.ts';
import { createJobQueue } from './create-job-queue.ts';
import { createMailer } from './create-mailer.ts';
import { createPaymentProvider } from './create-payment-provider.ts';
import { createRateLimiters } from './create-rate-limiters.ts';
import { createSignInLimits } from './create-sign-in-limits.ts';
import { healthProbes } from './health-probes.ts';
import { moduleSettings } from './module-settings.ts';
import { openPrimaryWatch } from './open-primary-watch.ts';
import { createServerCertificate, createTlsTally } from './server-certificate.ts';
import { createSubscriptions } from './subscriptions.ts';
import { createTracing, tracedMailer, tracedProvider, tracedSender } from './tracing.ts';

/** What the process supplies in addition to the configuration. */
export interface Runtime {
  readonly databaseUrl: string;
  readonly jwtSecrets: readonly string[];
  readonly factorKeys: readonly string[];
  /** None: secrets are stored in clear. */
  readonly encryptionKeys: readonly string[];
  /** None in a process that seals nothing. */
  readonly sealKeys: readonly string[];
  /** `whsec_…` of the sandbox; null with another payment provider. */
  readonly sandboxSecret: string | null;
  readonly logger: Logger;
  /** False while the database is unavailable at the start or being migrated: requests get 503. */
  readonly isPrepared: () => boolean;
}

export interface InfrastructureOptions {
  readonly constraints: DatabaseOptions['constraints'];
  /** Fires when the process starts to stop. */
  readonly stopping: AbortSignal;
  /** Receives what must be closed. */
  readonly built: AsyncDisposableStack;
}

/** The infrastructure below the modules; each uses what its dependencies name. */
export type Infrastructure = Awaited<ReturnType<typeof createInfrastructure>>;

/**
 * Builds the infrastructure below the modules. Facts for parts that are built later flow through channels, which are
 * created first.
 */
export async function createInfrastructure(
  config: Config,
  runtime: Runtime,
  { constraints, stopping, built }: InfrastructureOptions,
) {
  const { logger, databaseUrl, jwtSecrets, factorKeys, sealKeys } = runtime;
  const settings = moduleSettings(config);
  const onError = (error: unknown) => logger.warn({ err: error }, 'background work failed');
  const securityLog = built.adopt(createSecurityLog({ log: logger }), (it) => it.stop());
  const commits = createChannel<readonly Change[]>();
  const changedUsers = createChannel<string>();
  const listening = createChannel<string>();
  const getOwnUrl = createLatest(listening, 'this server is not listening yet');
  const metrics = createMetrics();
  const certificate =
    config.tls === null
      ? null
      : built.adopt(createServerCertificate(config.tls, { log: logger }), (it) => it.stop());
  if (certificate !== null) metrics.watchCertificate(certificate.endsAt);
  const ownCertificate = () => certificate?.leaf() ?? null;
  const tracing = built.adopt(await createTracing(config.otlpEndpoint), (it) => it?.close());
  const primary = built.adopt(openPrimaryWatch(databaseUrl, config.dataDir, logger), (it) =>
    it?.close(),
  );
  const readHosts = () => primary?.status() ?? null;
  metrics.watchHosts(readHosts);
  const { database, reads } = openDatabases(config, runtime, {
    primary,
    constraints,
    metrics,
    tracing,
    commits,
    built,
  });
  const keyFollowing = built.adopt(createKeyFollowing({ database, log: logger, onError }), (it) =>
    it.stop(),
  );
  const tail = built.adopt(createLogTail({ database, onError }), (it) => it.stop());
  // Only the events of orders announce a change. The others are found by polling.
  commits.subscribe(tail.nudge);
  const liveLog = built.adopt(createLiveLog({ database, tail, onError }), (it) => it.stop());
  const queue = await createJobQueue(config.queue, {
    databaseUrl,
    primary,
    log: logger,
    onError,
  });
  const jobs = built.adopt(createJobs({ database, driver: queue.driver, onError }), (it) =>
    it.stop(),
  );
  const caches = built.adopt(await createCaches(config.cache, logger), (it) => it.close());
  const limiters = built.adopt(await createRateLimiters(config, logger), (it) => it.close());
  const pressure = createPressure();
  const subscriptions = createSubscriptions(jobs);
  const relay = built.adopt(
    createRelay({
      database,
      tail,
      name: 'relay',
      consume: subscriptions.consume,
      capacity: jobs.capacity,
      isThrottled: pressure.isHigh,
      onError: (error) => logger.warn({ err: error }, 'the relay could not continue'),
    }),
    (it) => it.stop(),
  );
  metrics.watchRelay(relay.lagSeconds);
  const sealing = createSealing({
    database,
    keys: createSealKeys(sealKeys),
    everySeconds: config.logSealSeconds,
    onSeal: subscriptions.consumeSeal,
    log: logger,
  });
  metrics.watchSealing(sealing);
  const mailer = built.adopt(await createMailer(config.mail), (it) => it.close());
  const sandboxSecret = config.payments.kind === 'sandbox' ? runtime.sandboxSecret : null;
  const provider = await createPaymentProvider(config.payments, {
    sandboxSecret,
    sandboxUrl: () => (settings.duties.serves ? getOwnUrl() : config.publicUrl),
    ownCertificate: () => (settings.duties.serves ? ownCertificate() : null),
  });
  return {
    ...settings,
    clock: systemClock,
    log: logger,
    onError,
    isPrepared: () => runtime.isPrepared() && !stopping.aborted,
    jwtSecrets,
    factorKeys,
    sandboxSecret,
    cursors: createCursors(cursorSecret(jwtSecrets)),
    securityLog,
    metrics,
    tracing,
    commits,
    changedUsers,
    /** Receives the URL at which this server can call itself, when it listens. */
    listening,
    ownUrl: getOwnUrl,
    /** What this server presents to clients; null: it speaks plain HTTP. */
    certificate,
    /** Its certificate in PEM, without its chain. */
    ownCertificate,
    tlsTally: certificate?.failures ?? createTlsTally(),
    database,
    reads,
    keyFollowing,
    liveLog,
    queue,
    jobs,
    caches,
    localCaches: createMemoryCaches(),
    limiters,
    guessLimits: createSignInLimits(limiters, config.rateLimits.auth),
    onWaiting: pressure.change,
    subscriptions,
    relay,
    sealing,
    readLagSeconds: relay.lagSeconds,
    readHosts,
    metricsToken: config.metricsToken,
    probes: healthProbes({ caches, queue: queue.driver, relay, mail: config.mail }),
    mailer: tracedMailer(tracing, mailer),
    provider: tracedProvider(tracing, provider),
    sender: tracedSender(
      tracing,
      createHttpSender({ allowPrivateTargets: config.webhooks.allowPrivateTargets }),
    ),
  };
}

interface DatabaseParts extends Pick<InfrastructureOptions, 'constraints' | 'built'> {
  readonly primary: PrimaryWatch | null;
  readonly metrics: Metrics;
  readonly tracing: Tracing | null;
  readonly commits: Channel<readonly Change[]>;
}

/** Opens the primary and the replicas. */
function openDatabases(
  { databasePoolMax: poolMax, databaseReplicaUrls }: Config,
  { databaseUrl, encryptionKeys, logger }: Runtime,
  { primary, constraints, metrics, tracing, commits, built }: DatabaseParts,
): { readonly database: Database; readonly reads: Queryable } {
  const database = built.adopt(
    createDatabase({
      url: databaseUrl,
      keyRing: createKeyRing(encryptionKeys),
      primary,
      poolMax,
      constraints,
      onQuery: metrics.observeQuery,
      tracing,
      onCommit: commits.publish,
      onConnectionLost: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    }),
    (it) => it.close(),
  );
  metrics.watchConnections(database.connections);
  const replicas = databaseReplicaUrls.map((url) =>
    built.adopt(
      createDatabase({
        url,
        poolMax,
        constraints: {},
        onQuery: metrics.observeQuery,
        onConnectionLost: (error) => logger.warn({ err: error }, 'a replica connection was lost'),
      }),
      (it) => it.close(),
    ),
  );
  return { database, reads: createReplicas({ primary: database, replicas }) };
}

/** Derives the cursors' secret from the tokens' secret, so that servers share it without another variable. */
function cursorSecret([first = '']: readonly string[]): string {
  return createHmac('sha256', first).update('holdfast cursors').digest('base64url');
}

import { createHmac } from 'node:crypto';
import type { Logger } from 'pino';
import { createDatabase, type Database } from '../../database/database.ts';
import { createReplicas } from '../../database/replicas.ts';
import { registerSandboxRoutes } from '../../drivers/payments/sandbox/index.ts';
import { createHttpSender } from '../../drivers/webhooks/http/http-sender.ts';
import { createLiveLog, createRelay } from '../../events/index.ts';
import { type App, installWebPages } from '../../http/index.ts';
import { createHttpServer } from '../../http/server.ts';
import { createJobs, createRunner, createSchedules } from '../../jobs/index.ts';
import {
  type Accounts,
  createAccounts,
  registerAccountsRoutes,
} from '../../modules/accounts/index.ts';
import { createCarts, registerCartsRoutes } from '../../modules/carts/index.ts';
import { type Catalog, createCatalog, registerCatalogRoutes } from '../../modules/catalog/index.ts';
import {
  createInventory,
  openStock,
  registerInventoryRoutes,
} from '../../modules/inventory/index.ts';
import {
  createSendMail,
  planNotifications,
  resetMailJob,
} from '../../modules/notifications/index.ts';
import {
  createMetrics,
  createOperations,
  registerOperationsRoutes,
  registerProbeRoutes,
} from '../../modules/operations/index.ts';
import {
  createOrderStreams,
  createOrders,
  createQueuedPlacement,
  type Orders,
  planQueuedPlacement,
  registerOrderStreamRoutes,
  registerOrdersRoutes,
} from '../../modules/orders/index.ts';
import {
  createPayments,
  type Payments,
  registerPaymentsRoutes,
} from '../../modules/payments/index.ts';
import {
  createWebhooks,
  planDeliveries,
  registerWebhooksRoutes,
} from '../../modules/webhooks/index.ts';
import { exponentialBackoff } from '../../shared/background/backoff.ts';
import { systemClock } from '../../shared/clock.ts';
import { unavailable } from '../../shared/common-errors.ts';
import { createCursors } from '../../shared/pagination.ts';
import { createPressure } from '../../shared/pressure.ts';
import type { Config } from '../config/config.ts';
import { registerPostmanCollection } from '../postman/index.ts';
import { version, webFolder } from '../program.ts';
import { accessTable, boardAccess, probeAccess, sandboxAccess } from '../tables/access-table.ts';
import { tags } from '../tables/api-tags.ts';
import { constraintErrors } from '../tables/constraint-errors.ts';
import { errorCatalogue } from '../tables/error-catalogue.ts';
import { createScheduleTable } from '../tables/schedules.ts';
import { createMailer } from './create-mailer.ts';
import { healthProbes } from './health-probes.ts';
import { createLimits } from './limits.ts';
import { createCaches, createOrderCaching } from './order-caches.ts';
import { createPaymentSide } from './payment-side.ts';
import { createQueueSide } from './queue-side.ts';
import { createConsumer } from './subscriptions.ts';
import { createTracing, tracedMailer, tracedProvider, tracedSender } from './tracing.ts';

/** What the configuration leaves to the surroundings. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly jwtSecrets: readonly string[];
  /** `whsec_…`, of the sandbox; null with another payment provider. */
  readonly sandboxSecret: string | null;
  readonly logger: Logger;
  /** False while the database is away at the start or being migrated: requests are answered with 503. */
  readonly isPrepared: () => boolean;
}

/**
 * Jobs of one process at a time, where the usual ten are not right: orders are placed together, and calls to webhook
 * endpoints mostly wait, a few of them for nothing. Of mails, as many as the mailer bears.
 */
const jobConcurrency = { orders: 100, webhooks: 50 } as const;

/** The whole product, built and not yet listening. */
export interface Product {
  readonly app: App;
  readonly database: Database;
  readonly accounts: Accounts;
  readonly catalog: Catalog;
  readonly orders: Orders;
  readonly payments: Payments;
  /** Begins the background work of this process's role. */
  start(): void;
  /** Ends everything, last in first out: the server drains before what it stands on goes away. */
  stop(): Promise<void>;
}

const webPages = [
  { path: '/console', operationId: 'getConsole' },
  { path: '/shop', operationId: 'getShop' },
] as const;

/** Builds everything by hand, in the order of rank. */
export async function compose(config: Config, surroundings: Surroundings): Promise<Product> {
  const { logger, jwtSecrets } = surroundings;
  const { publicUrl, currency } = config;
  const onError = (error: unknown) => logger.warn({ err: error }, 'background work failed');
  const metrics = createMetrics();
  let isStopping = false;
  await using built = new AsyncDisposableStack();
  const tracing = built.adopt(await createTracing(config.otlpEndpoint), (it) => it?.close());

  const database = built.adopt(
    createDatabase({
      url: surroundings.databaseUrl,
      poolMax: config.databasePoolMax,
      constraints: constraintErrors,
      onQuery: metrics.observeQuery,
      tracing,
      onCommit(changes) {
        for (const { subject, stamp } of changes) orders.invalidateOrder(subject, stamp);
      },
      onConnectionLost: (error) => logger.warn({ err: error }, 'a database connection was lost'),
    }),
    (it) => it.close(),
  );
  metrics.watchConnections(database.connections);
  const reads = createReplicas({
    primary: database,
    replicas: config.databaseReplicaUrls.map((url) =>
      built.adopt(
        createDatabase({
          url,
          poolMax: config.databasePoolMax,
          constraints: {},
          onQuery: metrics.observeQuery,
          onConnectionLost: (error) => logger.warn({ err: error }, 'a replica was lost'),
        }),
        (it) => it.close(),
      ),
    ),
  });
  const cursors = createCursors(cursorSecret(jwtSecrets));
  const liveLog = built.adopt(createLiveLog({ database, onError }), (it) => it.stop());
  const queueSide = await createQueueSide(config.queue, {
    databaseUrl: surroundings.databaseUrl,
    log: logger,
    onError,
  });
  const jobs = built.adopt(createJobs({ database, driver: queueSide.driver, onError }), (it) =>
    it.stop(),
  );

  const accounts = built.adopt(
    createAccounts({
      database,
      cursors,
      jobs,
      resetMailJob,
      clock: systemClock,
      jwtSecrets,
      accessTokenMinutes: config.accessTokenMinutes,
      refreshTokenDays: config.refreshTokenDays,
      cookieSecure: config.secureCookies,
      onError,
      onUserChanged: (userId) => orders.invalidateCustomer(userId),
    }),
    (it) => it.stop(),
  );
  const catalog = createCatalog({ database, reads, cursors, currency, openStock });
  const inventory = createInventory({ database, cursors });
  const caches = built.adopt(await createCaches(config.cache, logger), (it) => it.close());
  const orderCaching = built.adopt(createOrderCaching({ caches, liveLog, onError }), (it) =>
    it.stop(),
  );
  const pressure = createPressure();
  const orders = createOrders({
    database,
    reads,
    cursors,
    caches: orderCaching.caches,
    onRead: metrics.orderRead,
    currency,
    expiryMinutes: config.orderExpiryMinutes,
    pendingMax: config.pendingOrdersMax,
    cancellationsPerDayMax: config.cancellationsPerDayMax,
    onPlaced: metrics.ordersCreated,
    onWaiting: pressure.change,
  });
  const carts = createCarts({ database, orders, currency });
  const relay = built.adopt(
    createRelay({
      database,
      name: 'relay',
      consume: createConsumer(database, jobs, [
        planQueuedPlacement,
        planNotifications,
        planDeliveries,
      ]),
      isPatient: pressure.isHigh,
      onError: (error) => logger.warn({ err: error }, 'the relay could not go on'),
    }),
    (it) => it.stop(),
  );
  metrics.watchRelay(relay.lagSeconds);
  const operations = createOperations({
    database,
    cursors,
    metrics,
    jobs,
    currency,
    readLagSeconds: relay.lagSeconds,
    probes: healthProbes({ caches, queue: queueSide.driver, relay, mail: config.mail }),
    isPrepared: () => surroundings.isPrepared() && !isStopping,
    showsResetTexts: config.mail.kind === 'capture' && !config.production,
  });
  built.defer(() => operations.sampler.stop());

  const limits = built.adopt(await createLimits(config, logger), (it) => it.close());

  const paymentSide = await createPaymentSide(config, {
    database,
    app: () => app,
    sandboxSecret: surroundings.sandboxSecret,
    onError,
  });
  const { sandbox } = paymentSide;
  built.defer(() => sandbox?.stop());
  const payments = built.adopt(
    createPayments({
      database,
      cursors,
      provider: tracedProvider(tracing, paymentSide.provider),
      clock: systemClock,
      publicUrl,
      retryBaseSeconds: config.retryBaseSeconds,
      attemptsMax: config.queueAttemptsMax,
      onError,
      onWebhook: metrics.paymentWebhook,
      onDifference: (report) => logger.warn({ report }, 'the payment provider knew otherwise'),
    }),
    (it) => it.stop(),
  );

  const { allowPrivateTargets } = config.webhooks;
  const webhooks = createWebhooks({
    database,
    cursors,
    jobs,
    sender: tracedSender(tracing, createHttpSender({ allowPrivateTargets })),
    publicUrl,
    allowPrivateTargets,
    attemptsMax: config.webhooks.attemptsMax,
    retryBaseSeconds: config.retryBaseSeconds,
  });

  const mailer = built.adopt(await createMailer(config.mail), (it) => it.close());
  const retryDelayMs = exponentialBackoff({ baseMs: config.retryBaseSeconds * 1_000 });
  jobs.define([
    createQueuedPlacement({
      database,
      rules: { currency, expiryMinutes: config.orderExpiryMinutes },
      attemptsMax: config.queueAttemptsMax,
      retryDelayMs,
      onPlaced: metrics.ordersCreated,
      onFailed: metrics.ordersFailed,
    }),
    createSendMail({
      database,
      mailer: tracedMailer(tracing, mailer),
      shopName: config.shopName,
      publicUrl,
      production: config.production,
      openReset: accounts.openReset,
      attemptsMax: config.queueAttemptsMax,
      retryBaseSeconds: config.retryBaseSeconds,
    }),
    ...webhooks.jobDefinitions,
  ]);
  if (config.role !== 'api') metrics.expectJobs(jobs.definitions().map(({ name }) => name));
  const runner = built.adopt(
    createRunner({
      registry: jobs,
      concurrency: { ...jobConcurrency, mail: mailer.atOnceMax },
      tracing,
      onTry(report) {
        metrics.observeJob(report);
        const { settled, durationSeconds: _, ...about } = report;
        if (settled === 'retried') logger.warn(about, 'a job failed and comes again');
        if (settled === 'dead') logger.error(about, 'a job failed for good');
      },
      onError,
    }),
    (it) => it.stop(),
  );
  const schedules = built.adopt(
    createSchedules({
      database,
      schedules: createScheduleTable({ database, jobs, payments, webhooks, operations, logger }),
      onError,
    }),
    (it) => it.stop(),
  );

  const app = built.adopt(
    await createHttpServer({
      accessTable: {
        ...(config.role === 'worker' ? probeAccess : accessTable),
        ...(sandbox === null ? {} : sandboxAccess),
        ...(queueSide.boards === null || config.role === 'worker' ? {} : boardAccess),
      },
      authenticator: accounts.authenticator,
      publicUrl,
      corsOrigins: config.corsOrigins,
      trustedProxies: config.trustedProxies,
      logger,
      errorCatalogue,
      cookieSecure: config.secureCookies,
      version,
      tags,
      limitsOf: limits.limitsOf,
      onResponse(observation) {
        metrics.observeHttp(observation);
        operations.sampler.observe(observation.durationSeconds);
      },
      tracing,
      ...(config.metricsToken === null ? {} : { metricsToken: config.metricsToken }),
    }),
    (it) => it.close(),
  );
  refuseUntilPrepared(app, surroundings.isPrepared);
  registerProbeRoutes(app, operations);
  if (sandbox !== null) registerSandboxRoutes(app, sandbox);
  if (config.role !== 'worker') {
    await installWebPages(app, webFolder, webPages);
    registerAccountsRoutes(app, accounts);
    registerCatalogRoutes(app, catalog);
    registerInventoryRoutes(app, inventory);
    registerOrdersRoutes(app, orders);
    registerOrderStreamRoutes(app, createOrderStreams({ database, liveLog }));
    registerCartsRoutes(app, carts);
    registerPaymentsRoutes(app, payments);
    registerWebhooksRoutes(app, webhooks);
    registerOperationsRoutes(app, operations);
    registerPostmanCollection(app, currency);
    if (queueSide.boards !== null) {
      const { registerQueueBoard } = await import('./queue-board.ts');
      await registerQueueBoard(app, queueSide.boards);
    }
  }

  const everything = built.move();
  return {
    app,
    database,
    accounts,
    catalog,
    orders,
    payments,
    start() {
      if (config.role !== 'worker') {
        accounts.start();
        operations.sampler.start();
        orderCaching.start(orders);
      }
      sandbox?.start();
      jobs.start();
      if (config.role === 'api') return;
      relay.start();
      runner.start();
      schedules.start();
      payments.start();
    },
    stop() {
      isStopping = true;
      return everything.disposeAsync();
    },
  };
}

/** Servers that share the tokens' secret share the cursors' too, without another variable. */
function cursorSecret([first = '']: readonly string[]): string {
  return createHmac('sha256', first).update('holdfast cursors').digest('base64url');
}

function refuseUntilPrepared(app: App, isPrepared: () => boolean): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (isPrepared() || !/^\/(api|sandbox)\//.test(request.url)) done();
    else done(unavailable(new Error('the database has not been prepared yet')));
  });
}

import type { Change, Database, DatabaseOptions } from '../../../src/database/database.ts';
import { isDatabaseUnavailable } from '../../../src/database/unavailable.ts';
import { ProviderUnavailableError } from '../../../src/drivers/payments/payment-provider.ts';
import { createLogTail, createRelay } from '../../../src/events/index.ts';
import { createJobs, createRunner, createSchedules, rescueJobs } from '../../../src/jobs/index.ts';
import { createSubscriptions } from '../../../src/main/infrastructure/subscriptions.ts';
import { inventoryDeclaration } from '../../../src/modules/inventory/index.ts';
import { createOrders, ordersDeclaration } from '../../../src/modules/orders/index.ts';
import { createPayments, paymentsDeclaration } from '../../../src/modules/payments/index.ts';
import { pricingDeclaration } from '../../../src/modules/pricing/index.ts';
import { schedulingDeclaration } from '../../../src/modules/scheduling/index.ts';
import { createWebhooks, webhooksDeclaration } from '../../../src/modules/webhooks/index.ts';
import { createChannel } from '../../../src/shared/channel.ts';
import { createCursors } from '../../../src/shared/pagination.ts';
import type { Process } from '../process.ts';
import type { SimulatedBroker } from './broker.ts';
import type { SimulatedProvider } from './provider.ts';
import type { SimulatedReceivers } from './receivers.ts';
import { CURRENCY, type ShopRules } from './shop.ts';
import type { Surroundings } from './world.ts';

export type Server = ReturnType<typeof createServer>;

export interface Outside {
  readonly provider: SimulatedProvider;
  readonly broker: SimulatedBroker;
  readonly receivers: SimulatedReceivers;
}

export type OpenDatabase = (
  options: Pick<DatabaseOptions, 'constraints'> & Required<Pick<DatabaseOptions, 'onCommit'>>,
) => Database;

const constraints = Object.assign(
  {},
  ...[
    inventoryDeclaration,
    pricingDeclaration,
    schedulingDeclaration,
    ordersDeclaration,
    paymentsDeclaration,
    webhooksDeclaration,
  ].map((declaration) => ('constraints' in declaration ? declaration.constraints : {})),
);

const cursors = createCursors('the cursors of the simulation are not secret');
/** Retries follow soon, so that a run of a few minutes sees many. */
const RETRY_BASE_SECONDS = 1;
/** More than the faults of a run can use up: a dead letter would wait for a person. */
const ATTEMPTS_MAX = 100;
const RESCUE_INTERVAL_MS = 5_000;

/** Faults that pass by themselves: the product notes them, and tries again or stops. */
const passing =
  /the broker is not reachable|may be our own refund whose response|the log is not read any more/;

function passes(error: unknown): boolean {
  return (
    isDatabaseUnavailable(error) ||
    error instanceof ProviderUnavailableError ||
    (error instanceof Error && passing.test(error.message))
  );
}

/** Builds the product in a process, as `src/main/compose` does, without HTTP and with simulated drivers. */
export function createServer(
  world: Surroundings,
  process: Process,
  { provider, broker, receivers }: Outside,
  rules: ShopRules,
  openDatabase: OpenDatabase,
) {
  const onError = (error: unknown) => {
    if (!passes(error)) world.fail(`${process.name} failed: ${describeError(error)}`);
  };
  const commits = createChannel<readonly Change[]>();
  const database = openDatabase({ constraints, onCommit: commits.publish });
  const tail = createLogTail({ database, onError });
  commits.subscribe(tail.nudge);
  const jobs = createJobs({ database, driver: broker.driver(process), onError });
  const subscriptions = createSubscriptions(jobs);
  const relay = createRelay({
    database,
    tail,
    name: 'relay',
    consume: subscriptions.consume,
    capacity: jobs.capacity,
    onError,
  });
  const common = { database, cursors, currency: CURRENCY, attemptsMax: ATTEMPTS_MAX, onError };
  const orders = createOrders({
    ...common,
    ...rules,
    liveLog: { subscribe: () => Promise.reject(new Error('no streams')), async stop() {} },
    accounts: { signOrderToken: () => 'token' },
    retryBaseSeconds: RETRY_BASE_SECONDS,
  });
  const payments = createPayments({
    ...common,
    provider: provider.port(process),
    clock: { now: () => new Date(world.nowMs) },
    publicUrl: 'https://shop.example',
    retryBaseSeconds: RETRY_BASE_SECONDS,
    log: { warn() {} },
  });
  const webhooks = createWebhooks({
    ...common,
    jobs,
    sender: receivers.sender(process),
    publicUrl: 'https://shop.example',
    allowPrivateTargets: false,
    deliveryAttemptsMax: ATTEMPTS_MAX,
    retryBaseSeconds: RETRY_BASE_SECONDS,
  });
  const modules = [orders, payments, webhooks];
  jobs.define(modules.flatMap((module) => module.jobs ?? []));
  subscriptions.define(
    modules.flatMap((module) => module.subscriptions ?? []),
    [],
  );
  const runner = createRunner({
    registry: jobs,
    concurrency: Object.assign({}, ...modules.map(({ concurrency }) => concurrency)),
    onAttempt({ job, settled, error }) {
      // A dead letter is work that nobody does: no failure of the simulation lasts that long.
      if (settled === 'dead') world.fail(`${job} became a dead letter: ${error}`);
    },
    onError,
  });
  const schedules = createSchedules({
    database,
    schedules: [
      { name: 'jobs.rescue', everyMs: RESCUE_INTERVAL_MS, run: () => rescueJobs(jobs) },
      ...modules.flatMap((module) => module.schedules ?? []),
    ],
    onError,
  });
  return {
    process,
    orders: orders.api,
    payments: payments.api,
    /** Starts the work in the background. `works`: also that of workers. */
    start({ works }: { readonly works: boolean }) {
      for (const module of modules) module.start?.({ serves: true, works });
      jobs.start();
      if (!works) return;
      relay.start();
      runner.start();
      schedules.start();
    },
    /** Stops as after SIGTERM, once every request has been answered: what was started last is stopped first. */
    async stop() {
      await schedules.stop();
      await runner.stop();
      for (const module of modules.toReversed()) await module.stop?.();
      await relay.stop();
      await jobs.stop();
      await tail.stop();
    },
  };
}

export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
}

import type { Module } from '../module.ts';
import { createEndpoint } from './create-endpoint.ts';
import { deliver } from './deliver.ts';
import { purgeDeliveries } from './delivery-queries.ts';
import { deliverySchedule } from './delivery-schedule.ts';
import { getEndpoint, listEndpoints } from './find-endpoint.ts';
import { listDeliveries } from './list-deliveries.ts';
import { webhooksPersonalData } from './personal-data/part.ts';
import { planDeliveries } from './plan-deliveries.ts';
import { planSealDeliveries } from './plan-seal-deliveries.ts';
import { purgeEndpoints } from './queries.ts';
import { redeliver } from './redeliver.ts';
import { replay, replaySlice } from './replay.ts';
import { rotateSecret } from './rotate-secret.ts';
import { registerWebhooksRoutes } from './routes.ts';
import { testEndpoint } from './test-endpoint.ts';
import { deleteEndpoint, updateEndpoint } from './update-endpoint.ts';
import type { Webhooks } from './use-cases.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

/** Longer than the timeout of a call, so that an attempt ends before it. */
const DEADLINE_MS = 20_000;

const WEBHOOKS_QUEUE = 'webhooks';
const CALLS_AT_ONCE = 50;
const PURGE_INTERVAL_MS = 60 * 60_000;

export interface WebhooksDependencies extends WebhooksParts {
  /** After this many attempts a delivery fails. */
  readonly deliveryAttemptsMax: number;
  /** The wait after the first failed attempt. */
  readonly retryBaseSeconds: number;
}

export function createWebhooks(dependencies: WebhooksDependencies): Module<Webhooks> {
  const { database, cursors } = dependencies;
  const common = {
    queue: WEBHOOKS_QUEUE,
    deadlineMs: DEADLINE_MS,
    ...deliverySchedule({
      attemptsMax: dependencies.deliveryAttemptsMax,
      baseSeconds: dependencies.retryBaseSeconds,
    }),
  };
  const webhooks: Webhooks = {
    personalData: webhooksPersonalData,
    createEndpoint: (context, input) => createEndpoint(dependencies, context, input),
    listEndpoints: (input) => listEndpoints(database, cursors, input),
    getEndpoint: (id) => getEndpoint(database, id),
    updateEndpoint: (context, id, change) => updateEndpoint(dependencies, context, id, change),
    deleteEndpoint: (author, id) => deleteEndpoint(database, author, id),
    rotateSecret: (context, id) => rotateSecret(database, context, id),
    testEndpoint: (context, id) => testEndpoint(dependencies, context, id),
    listDeliveries: (endpointId, input) => listDeliveries(database, cursors, endpointId, input),
    redeliver: (context, endpointId, deliveryId) =>
      redeliver(dependencies, context, endpointId, deliveryId),
    replay: (context, endpointId, range) => replay(dependencies, context, endpointId, range),
  };
  return {
    api: webhooks,
    routes: (app) => registerWebhooksRoutes(app, webhooks),
    jobs: [
      { ...common, ...deliver(dependencies) },
      { ...common, ...replaySlice(dependencies) },
    ],
    // Calls to endpoints mostly wait, and some never get a response.
    concurrency: { [WEBHOOKS_QUEUE]: CALLS_AT_ONCE },
    subscriptions: [planDeliveries],
    sealPlans: [planSealDeliveries],
    purges: [
      {
        name: 'webhooks.purge-deliveries',
        everyMs: PURGE_INTERVAL_MS,
        slices: { deliveries: purgeDeliveries, endpoints: purgeEndpoints },
      },
    ],
  };
}

import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { JobDefinition } from '../../jobs/index.ts';
import type { Page } from '../../shared/pagination.ts';
import { createEndpoint } from './create-endpoint.ts';
import { deliver } from './deliver.ts';
import { deliverySchedule } from './delivery-schedule.ts';
import { getEndpoint, listEndpoints } from './find-endpoint.ts';
import { listDeliveries } from './list-deliveries.ts';
import { purgeDeliveries } from './purge-deliveries.ts';
import { redeliver } from './redeliver.ts';
import { replay, replaySlice } from './replay.ts';
import { rotateSecret } from './rotate-secret.ts';
import type {
  CreatedEndpoint,
  DeliveryView,
  EndpointChange,
  EndpointView,
  ListDeliveriesInput,
  ListInput,
  NewEndpoint,
  ReplayRange,
  RotatedSecret,
} from './schemas.ts';
import { testEndpoint } from './test-endpoint.ts';
import { deleteEndpoint, updateEndpoint } from './update-endpoint.ts';
import type { WebhooksContext } from './webhooks-context.ts';

/** Above the time-out of a call, so that a try ends by itself. */
const DEADLINE_MS = 20_000;

export const WEBHOOKS_QUEUE = 'webhooks';

export interface WebhooksDependencies extends WebhooksContext {
  /** After so many tries a delivery is given up. */
  readonly attemptsMax: number;
  /** The first wait after a failed try. */
  readonly retryBaseSeconds: number;
}

/** The use cases of the room, bound to what they need, and the work that they ask for. */
export interface Webhooks {
  createEndpoint(context: RequestContext, input: NewEndpoint): Promise<Once<CreatedEndpoint>>;
  listEndpoints(input: ListInput): Promise<Page<EndpointView>>;
  getEndpoint(id: string): Promise<EndpointView>;
  updateEndpoint(
    context: RequestContext,
    id: string,
    change: EndpointChange,
  ): Promise<Once<EndpointView>>;
  deleteEndpoint(id: string): Promise<void>;
  rotateSecret(context: RequestContext, id: string): Promise<Once<RotatedSecret>>;
  testEndpoint(context: RequestContext, id: string): Promise<Once<DeliveryView>>;
  listDeliveries(endpointId: string, input: ListDeliveriesInput): Promise<Page<DeliveryView>>;
  redeliver(
    context: RequestContext,
    endpointId: string,
    deliveryId: string,
  ): Promise<Once<DeliveryView>>;
  replay(
    context: RequestContext,
    endpointId: string,
    range: ReplayRange,
  ): Promise<Once<ReplayRange>>;
  /** Removes what ended long ago; gives how much. */
  purgeDeliveries(): Promise<number>;
  readonly jobDefinitions: readonly JobDefinition[];
}

export function createWebhooks(deps: WebhooksDependencies): Webhooks {
  const { database, cursors } = deps;
  const common = {
    queue: WEBHOOKS_QUEUE,
    deadlineMs: DEADLINE_MS,
    ...deliverySchedule({ attemptsMax: deps.attemptsMax, baseSeconds: deps.retryBaseSeconds }),
  };
  return {
    createEndpoint: (context, input) => createEndpoint(deps, context, input),
    listEndpoints: (input) => listEndpoints(database, cursors, input),
    getEndpoint: (id) => getEndpoint(database, id),
    updateEndpoint: (context, id, change) => updateEndpoint(deps, context, id, change),
    deleteEndpoint: (id) => deleteEndpoint(database, id),
    rotateSecret: (context, id) => rotateSecret(database, context, id),
    testEndpoint: (context, id) => testEndpoint(deps, context, id),
    listDeliveries: (endpointId, input) => listDeliveries(database, cursors, endpointId, input),
    redeliver: (context, endpointId, deliveryId) =>
      redeliver(deps, context, endpointId, deliveryId),
    replay: (context, endpointId, range) => replay(deps, context, endpointId, range),
    purgeDeliveries: () => purgeDeliveries(database),
    jobDefinitions: [
      { ...common, ...deliver(deps) },
      { ...common, ...replaySlice(deps) },
    ],
  };
}

import assert from 'node:assert/strict';
import type { Database } from '../../../src/database/database.ts';
import type {
  OutgoingWebhook,
  WebhookAnswer,
} from '../../../src/drivers/webhooks/webhook-sender.ts';
import {
  appendEvents,
  type LoggedEvent,
  type NewEvent,
  type RelayOptions,
} from '../../../src/events/index.ts';
import type { JobDefinition, Jobs } from '../../../src/jobs/index.ts';
import { createSubscriptions } from '../../../src/main/infrastructure/subscriptions.ts';
import { createWebhooks, type Webhooks } from '../../../src/modules/webhooks/index.ts';
import type { DeliveryView } from '../../../src/modules/webhooks/schemas.ts';
import type { SealListener } from '../../../src/seals/index.ts';
import { systemActor } from '../../../src/shared/caller.ts';
import { createCursors } from '../../../src/shared/pagination.ts';
import { startWorker, type Worker } from '../../jobs/jobs-fixture.ts';
import { buildContext } from '../../support/orders.ts';
import { addUser, testCause } from '../../support/shop.ts';

/** A message that was sent. */
export interface Sent {
  readonly id: string;
  readonly url: string;
  readonly subject: string | undefined;
  readonly sequence: number;
}

export interface WebhooksFixture {
  readonly webhooks: Webhooks;
  readonly worker: Worker;
  readonly definition: JobDefinition;
  readonly sent: readonly Sent[];
  /** The same messages, as they were signed. */
  readonly outgoing: readonly OutgoingWebhook[];
  /** Sets how every message is answered from now on. */
  answer(by: (sent: Sent) => Promise<WebhookAnswer> | WebhookAnswer): void;
  addEndpoint(url?: string, eventTypes?: ('*' | 'log.sealed')[]): Promise<string>;
  /** Writes events of orders, which need not exist, to the log. Returns them as they are read. */
  record(...events: { orderId: string; sequence: number }[]): Promise<LoggedEvent[]>;
  /** Processes events as the relay does. */
  relay(events: readonly LoggedEvent[]): Promise<void>;
  /** Its part of the relay's transaction. */
  readonly consume: RelayOptions['consume'];
  /** Its part of a seal's transaction. */
  readonly consumeSeal: SealListener;
  listDeliveries(endpointId: string): Promise<DeliveryView[]>;
}

export const delivered: WebhookAnswer = { kind: 'answered', status: 204, location: null };

/** Creates the module with its own worker and a sender whose answers the test chooses. */
export async function createWebhooksFixture(
  db: { readonly database: Database; readonly url: string },
  /** If false, jobs are written and sent but not run. */
  { runs = true }: { readonly runs?: boolean } = {},
): Promise<WebhooksFixture> {
  const { database } = db;
  const admin = await addUser(database, { role: 'admin' });
  const sent: Sent[] = [];
  const outgoing: OutgoingWebhook[] = [];
  let buildAnswer: (sent: Sent) => Promise<WebhookAnswer> | WebhookAnswer = () => delivered;
  // The registry comes with the worker, which needs the jobs of the module first.
  const jobs: Jobs = {
    add: (tx, added) => worker.registry.add(tx, added),
    send: (added) => worker.registry.send(added),
  };
  const module = createWebhooks({
    database,
    cursors: createCursors('thirty-two bytes of secret for tests'),
    jobs,
    sender: {
      async post(webhook: OutgoingWebhook) {
        outgoing.push(webhook);
        const { url, body } = webhook;
        const { id, subject, sequence } = JSON.parse(body.toString('utf8')) as Sent;
        const message = { id, url, subject, sequence };
        sent.push(message);
        return buildAnswer(message);
      },
    },
    publicUrl: 'https://shop.example',
    allowPrivateTargets: false,
    deliveryAttemptsMax: 3,
    retryBaseSeconds: 0.01,
  });
  const webhooks = module.api;
  const definitions = module.jobs ?? [];
  const worker = await startWorker(db, definitions, {
    concurrency: { webhooks: 20 },
    runs,
  });
  const definition = definitions.find(({ name }) => name === 'webhooks.deliver');
  assert.ok(definition);
  const subscriptions = createSubscriptions(jobs);
  subscriptions.define(module.subscriptions ?? [], module.sealPlans ?? []);
  return {
    webhooks,
    worker,
    definition,
    sent,
    outgoing,
    answer(by) {
      buildAnswer = by;
    },
    async addEndpoint(url = 'https://receiver.example/hooks', eventTypes = ['*']) {
      const input = { url, eventTypes };
      const { result } = await webhooks.createEndpoint(buildContext(admin), input);
      return result.id;
    },
    async record(...events) {
      await database.transaction((tx) => appendEvents(tx, events.map(newEvent)));
      return readEvents(database, events);
    },
    consume: subscriptions.consume,
    consumeSeal: subscriptions.consumeSeal,
    async relay(events) {
      const send = await database.transaction((tx) => subscriptions.consume(tx, events));
      await send();
    },
    async listDeliveries(endpointId) {
      const { data } = await webhooks.listDeliveries(endpointId, { limit: 100 });
      return data.toReversed();
    },
  };
}

function newEvent(event: { orderId: string; sequence: number }): NewEvent {
  return {
    ...event,
    type: 'order.confirmed',
    customerId: null,
    from: null,
    to: null,
    actor: systemActor,
    reason: null,
    cause: testCause,
  };
}

function readEvents(
  database: Database,
  events: readonly { orderId: string; sequence: number }[],
): Promise<LoggedEvent[]> {
  return database.run<LoggedEvent>(
    'test.read_events',
    `select events.position, events.id, events.type, events.order_id as "orderId", events.sequence,
            null as "from", null as "to", null as reason, replace(events.trace_id::text, '-', '') as "traceId",
            null as "spanId", events.data::text as "dataText", 0 as "atMs"
       from events
       join unnest($1::uuid[], $2::integer[]) as wanted (order_id, sequence)
         on wanted.order_id = events.order_id
        and wanted.sequence = events.sequence
      order by events.position`,
    [events.map(({ orderId }) => orderId), events.map(({ sequence }) => sequence)],
  );
}

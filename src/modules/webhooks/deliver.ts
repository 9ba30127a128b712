import { recordAudit } from '../../audit/index.ts';
import type { WebhookAnswer } from '../../drivers/webhooks/webhook-sender.ts';
import { readReason } from '../../events/index.ts';
import { GiveUp, type JobDefinition, RunLater, type RunningJob } from '../../jobs/index.ts';
import { listSeals } from '../../seals/index.ts';
import { type Cause, systemActor } from '../../shared/caller.ts';
import { namesPrivateTarget } from '../../shared/public-address.ts';
import { signWebhook, webhookKey } from '../../shared/standard-webhooks.ts';
import { findTraceparent } from '../../shared/trace.ts';
import { cloudEvent, type PublishedEvent } from './cloud-event.ts';
import {
  type DueDeliveryRow,
  findDueDelivery,
  markDelivered,
  markFailed,
  recordFailure,
} from './delivery-queries.ts';
import { changeDeliveryQueues, clearDeliveryQueues, DELIVER_JOB } from './delivery-queues.ts';
import { openSecrets } from './encrypted-secrets.ts';
import { createEndpointCalls } from './endpoint-calls.ts';
import { lockEndpoint, updateEndpointRow } from './queries.ts';
import { reopen } from './redeliver.ts';
import { DISABLED_ERROR, describeChange } from './update-endpoint.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

/** Source: RFC 9110 §15.5.11. */
const GONE = 410;

/** What one attempt came to. */
type Outcome =
  | WebhookAnswer
  /** Nothing was sent, since nothing can be signed. */
  | { readonly kind: 'unsigned'; readonly reason: string };

/**
 * Creates the job of one attempt of one delivery. The call is made outside any transaction and under the event's id,
 * the same on every attempt. Its success, the new head of the delivery queue and the end of the job are written in one
 * transaction.
 */
export function deliver(
  parts: WebhooksParts,
): Pick<JobDefinition, 'name' | 'run'> & Required<Pick<JobDefinition, 'onDead'>> {
  const { database, jobs, allowPrivateTargets } = parts;
  const calls = createEndpointCalls();

  return {
    name: DELIVER_JOB,

    async run(job) {
      const deliveryId = getDeliveryId(job);
      const [due] = await findDueDelivery(database, deliveryId);
      // It was purged, or another job has it now.
      if (due === undefined || due.jobId !== job.id || due.status === 'DELIVERED') return;
      if (due.status === 'FAILED') return retryLater(job, due);
      // An earlier delivery is the head now; this one gets a new job when it becomes the head.
      if (!due.isHead) return;
      if (!due.active) return endInactive(job, due);
      const answer = await call(job, due);
      if (answer.kind === 'answered' && answer.status >= 200 && answer.status < 300) {
        return endDelivered(job, due, answer.status);
      }
      // Aborted because this server stops: this is not the receiver's failure.
      if (answer.kind === 'unreachable') job.signal.throwIfAborted();
      const status = answer.kind === 'answered' ? answer.status : null;
      const error = describeAnswer(answer);
      await recordFailure(database, deliveryId, job.id, status, error);
      if (status === GONE) return disableEndpoint(job, due);
      if (leadsToPrivateTarget(answer)) throw new GiveUp(error);
      throw new Error(error);
    },

    async onDead(tx, job, error) {
      const deliveryId = getDeliveryId(job);
      const [due] = await findDueDelivery(tx, deliveryId);
      if (due === undefined) return [];
      const lastError = due.lastError ?? truncate(error);
      return changeDeliveryQueues(tx, [due], () => markFailed(tx, deliveryId, job.id, lastError));
    },
  };

  async function call(job: RunningJob, due: DueDeliveryRow): Promise<Outcome> {
    const signing = openSecrets(database.keyRing, due.endpointId, due);
    if ('fault' in signing) return { kind: 'unsigned', reason: signing.fault };
    const slot = calls.begin(due.endpointId, job.id);
    if ('delayMs' in slot) throw new RunLater(slot.delayMs);
    try {
      const event = await readEvent(due);
      const body = Buffer.from(JSON.stringify(cloudEvent(event, parts.publicUrl)));
      const headers = buildHeaders(due, signing.secrets, body, job.cause);
      return await parts.sender.post({ url: due.url, headers, body, signal: job.signal });
    } finally {
      slot.end();
    }
  }

  async function readEvent(due: DueDeliveryRow): Promise<PublishedEvent> {
    if (due.sealNumber === null) {
      return { ...due, reason: readReason(database.keyRing, { ...due, id: due.eventId }) };
    }
    const [seal] = await listSeals(database, due.sealNumber - 1, 1);
    if (seal?.number !== due.sealNumber) throw new GiveUp(`seal ${due.sealNumber} is missing`);
    return { ...due, reason: null, data: { ...seal }, at: new Date(seal.at) };
  }

  async function endDelivered(job: RunningJob, due: DueDeliveryRow, status: number) {
    const next = await database.transaction(async (tx) => {
      const [, started] = await Promise.all([
        job.finish(tx),
        changeDeliveryQueues(tx, [due], () =>
          markDelivered(tx, getDeliveryId(job), job.id, status),
        ),
      ]);
      await jobs.add(tx, started);
      return started;
    });
    await jobs.send(next);
  }

  /** Ends a delivery that was recorded while its endpoint was being disabled. */
  async function endInactive(job: RunningJob, due: DueDeliveryRow) {
    const next = await database.transaction(async (tx) => {
      const end = () => markFailed(tx, getDeliveryId(job), job.id, DISABLED_ERROR);
      const started = await changeDeliveryQueues(tx, [due], end);
      await jobs.add(tx, started);
      await job.finish(tx);
      return started;
    });
    await jobs.send(next);
  }

  /** Disables an endpoint whose receiver wants no more messages. Its pending deliveries end too. */
  function disableEndpoint(job: RunningJob, { endpointId, url }: DueDeliveryRow): Promise<void> {
    return database.transaction(async (tx) => {
      const [endpoint] = await lockEndpoint(tx, endpointId);
      // The URL was changed during the call: the new one has not answered 410.
      if (endpoint?.url !== url) throw new Error(`it answered ${GONE} at its old URL`);
      const [disabled] = await updateEndpointRow(tx, endpointId, null, null, false);
      await clearDeliveryQueues(tx, endpointId, `the endpoint answered ${GONE} and was disabled`);
      const author = { actor: systemActor, cause: { ...job.cause, job: DELIVER_JOB } };
      await recordAudit(tx, author, [describeChange(endpoint, disabled!)]);
      await job.finish(tx);
    });
  }

  /** Puts a redriven dead letter back into its delivery queue, with all its attempts. */
  async function retryLater(job: RunningJob, due: DueDeliveryRow): Promise<void> {
    if (!due.active) throw new GiveUp(DISABLED_ERROR);
    const next = await database.transaction(async (tx) => {
      const started = await reopen(tx, due.endpointId, getDeliveryId(job));
      await jobs.add(tx, started);
      await job.finish(tx);
      return started;
    });
    await jobs.send(next);
  }

  /** Returns whether a name or a redirect leads to a forbidden target: a fault that retrying does not fix. */
  function leadsToPrivateTarget(answer: Outcome): boolean {
    if (answer.kind === 'refused') return true;
    if (answer.kind !== 'answered' || answer.location === null || allowPrivateTargets) return false;
    return (
      answer.status >= 300 && answer.status < 400 && namesPrivateTarget(new URL(answer.location))
    );
  }
}

/**
 * Builds the headers. Both secrets sign while one of them is being rotated out. Source: Standard Webhooks, "Webhook
 * headers".
 */
function buildHeaders(
  due: DueDeliveryRow,
  secrets: readonly string[],
  body: Buffer,
  cause: Cause,
): Record<string, string> {
  const traceparent = buildTraceparent(due, cause);
  const message = { id: due.eventId, timestampSeconds: due.nowSeconds, body };
  return {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'Holdfast',
    'webhook-id': due.eventId,
    'webhook-timestamp': String(due.nowSeconds),
    'webhook-signature': secrets
      .map((secret) => signWebhook(webhookKey(secret), message))
      .join(' '),
    ...(traceparent === null ? {} : { traceparent }),
  };
}

/** Returns the trace that caused the event, with this attempt's span if that is in the same trace. */
function buildTraceparent({ traceId }: DueDeliveryRow, cause: Cause): string | null {
  return findTraceparent(cause.traceId === traceId ? cause : { traceId });
}

function describeAnswer(answer: Outcome): string {
  if (answer.kind !== 'answered') return truncate(answer.reason);
  const { status, location } = answer;
  return location === null || status < 300 || status > 399
    ? `it answered ${status}`
    : truncate(`it answered ${status}, and redirects are not followed: ${getOrigin(location)}`);
}

/**
 * Returns the URL without path and query: an endpoint's URL is often its secret, and a redirect repeats it to people
 * who may not see it.
 */
function getOrigin(location: string): string {
  const { protocol, host } = new URL(location);
  return `${protocol}//${host}/`;
}

function truncate(text: string): string {
  return text.slice(0, 500);
}

function getDeliveryId({ data }: Pick<RunningJob, 'data'>): string {
  return data.deliveryId as string;
}

import { recordAudit } from '../../audit/index.ts';
import { type Once, once } from '../../database/idempotency.ts';
import { findPositions, readTimeSlice } from '../../events/index.ts';
import type { RequestContext } from '../../http/index.ts';
import type { JobDefinition, NewJob } from '../../jobs/index.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { followingId, newId } from '../../shared/ids.ts';
import { enqueue } from './delivery-queues.ts';
import { typesFor } from './endpoint.ts';
import { requireActiveEndpoint } from './find-endpoint.ts';
import { lockEndpoint } from './queries.ts';
import type { ReplayRange } from './schemas.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

const REPLAY_JOB = 'webhooks.replay';
const RANGE_DAYS_MAX = 31;
const DAY_MS = 24 * 60 * 60_000;
/** Maximum events in one transaction. */
const SLICE_MAX = 500;

/** The state of a replay. Each batch of it is a job, which creates the job of the next one. */
interface ReplayData {
  readonly endpointId: string;
  readonly from: string;
  readonly to: string;
  /** The last processed position, and the last position to process; null before the first batch. */
  readonly after: number | null;
  readonly last: number | null;
}

/**
 * Sends all events of a period that the endpoint subscribes to, including events from when it was disabled or not yet
 * subscribed to them. Throws `request.invalid`, `webhooks.not_found` and `webhooks.endpoint_inactive`.
 */
export async function replay(
  { database, jobs }: WebhooksParts,
  context: RequestContext,
  endpointId: string,
  range: ReplayRange,
): Promise<Once<ReplayRange>> {
  const bounds = parseRange(range);
  const job = sliceJob(newId(), { endpointId, ...bounds, after: null, last: null });
  const outcome = await once(database, context.claim, async (tx) => {
    await requireActiveEndpoint(tx, endpointId);
    await jobs.add(tx, [job]);
    await recordAudit(tx, context, [
      { type: 'webhook_endpoint.replayed', subjectId: endpointId, before: null, after: bounds },
    ]);
    return bounds;
  });
  if (!outcome.replayed) await jobs.send([job]);
  return outcome;
}

function parseRange({ from, to }: ReplayRange): ReplayRange {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (fromMs >= toMs) throw invalidInput('/to', 'must be later than from');
  if (toMs - fromMs > RANGE_DAYS_MAX * DAY_MS) {
    throw invalidInput('/to', `must be at most ${RANGE_DAYS_MAX} days after from`);
  }
  return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}

/**
 * Creates the job that processes one batch. It creates the job of the next batch in the transaction that finishes it.
 */
export function replaySlice({
  database,
  jobs,
}: WebhooksParts): Pick<JobDefinition, 'name' | 'run'> {
  return {
    name: REPLAY_JOB,
    async run(job) {
      const data = job.data as unknown as ReplayData;
      const { endpointId, from, to } = data;
      const place = data.after === null ? await findReplayPosition(data) : data;
      const next = await database.transaction(async (tx) => {
        await job.finish(tx);
        const [endpoint] = await lockEndpoint(tx, endpointId);
        if (place === null || endpoint === undefined || !endpoint.active) return [];
        const { after, last } = place;
        const types = typesFor(endpoint.eventTypes);
        const events = await readTimeSlice(tx, after!, last!, types, from, to, SLICE_MAX);
        const deliveries = events.map(({ position, id, type, orderId }) => ({
          endpointId,
          eventId: id,
          eventType: type,
          eventPosition: position,
          orderId,
        }));
        const started = [...(await enqueue(tx, deliveries, { reopen: true }))];
        if (events.length === SLICE_MAX) {
          const following = { ...data, after: events.at(-1)!.position, last };
          started.push(sliceJob(followingId(job.id, 'next'), following));
        }
        await jobs.add(tx, started);
        return started;
      });
      await jobs.send(next);
    },
  };

  async function findReplayPosition({ from, to }: ReplayData) {
    const [found] = await findPositions(database, from, to);
    const { first, last } = found!;
    return first === null ? null : { after: first - 1, last };
  }
}

function sliceJob(id: string, data: ReplayData): NewJob {
  return { id, name: REPLAY_JOB, priority: 'normal', data: { ...data }, eventId: null };
}

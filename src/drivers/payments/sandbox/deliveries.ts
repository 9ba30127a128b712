import type { Database } from '../../../database/database.ts';
import { exponentialBackoff } from '../../../shared/background/backoff.ts';
import { createLeasedWork } from '../../../shared/background/leased-work.ts';
import {
  findNextAttemptDelayMs,
  type RetryPolicy,
} from '../../../shared/background/retry-policy.ts';
import { createBatcher } from '../../../shared/batcher.ts';
import { pause } from '../../../shared/pause.ts';
import { signWebhook } from '../../../shared/standard-webhooks.ts';
import {
  claimDueDeliveries,
  claimEventDeliveries,
  type DeliveryRow,
  markDelivered,
  markFailed,
} from './delivery-queries.ts';
import { createExchange, type ExchangeOptions } from './exchange.ts';
import type { SealedEvent } from './sandbox-event.ts';
import { originMark, type SandboxSecrets } from './secrets.ts';

/**
 * Each delivery waits for the merchant's commit, which many share. A delivery beyond this limit is stored, queried and
 * claimed again: with a limit of 64, three in ten were when 256 customers paid at once.
 */
const CONCURRENCY_MAX = 256;
const MARKS_MAX = 1_000;
const MARK_DELAY_MS = 20;
const TIMEOUT_MS = 5_000;
/** Longer than an attempt can take, so that none starts while another is running. */
const LEASE_MS = 15_000;
const POLL_MS = 250;
const ATTEMPTS_MAX = 14;
const RETRY_BASE_MS = 1_000;

export interface DeliveriesOptions extends ExchangeOptions {
  readonly database: Database;
  readonly secrets: SandboxSecrets;
  /** Called at each attempt: a server on a free port knows its address only once it listens. */
  readonly webhookUrl: () => string;
  readonly onError: (error: unknown) => void;
  /** The first wait; it doubles, with jitter, up to an hour. Default 1 s. */
  readonly retryBaseMs?: number;
}

/** Inserts deliveries from a JSON array of rows, some of them claimed for `leaseMs`. */
export type InsertDeliveries = (rows: string, leaseMs: number) => Promise<DeliveryRow[]>;

/** The sandbox's webhooks to the merchant: sent at least once, each copy by one server at a time. */
export interface Deliveries {
  start(): void;
  /**
   * Stores webhooks with `insert`, in the transaction of the change that they report. Returns those that this server
   * claimed to send at once: pass them to `send` after the commit.
   */
  post(events: readonly SealedEvent[], insert: InsertDeliveries): Promise<readonly DeliveryRow[]>;
  /**
   * Sends what `post` returned. Resolves when the merchant has answered all of them or they have failed; it never
   * rejects, because failed deliveries are retried.
   */
  send(claimed: readonly DeliveryRow[]): Promise<void>;
  /** Checks at once for due deliveries. Does nothing unless started. */
  wake(): void;
  /** Sends what is due now and waits for the responses. Returns the number of attempts. */
  deliverDue(): Promise<number>;
  /** Sends these events now, even if they are not due, and waits for the responses. */
  deliverEvents(eventIds: readonly string[]): Promise<void>;
  /** Stops after the running attempts. */
  stop(): Promise<void>;
}

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const { database, secrets, onError } = options;
  const retries: RetryPolicy = {
    attemptsMax: ATTEMPTS_MAX,
    retryDelayMs: exponentialBackoff({
      baseMs: options.retryBaseMs ?? RETRY_BASE_MS,
      jitter: [0.75, 1.25],
    }),
  };
  const exchange = createExchange(options);

  const delivered = createBatcher<number, void>({
    batchesMax: 1,
    sizeMax: MARKS_MAX,
    waitingMax: MARKS_MAX,
    exclusives: () => [],
    async run(ids) {
      // Nobody waits for the marks, and the lease lasts long, so that a few of them share a statement.
      await pause(MARK_DELAY_MS);
      await markDelivered(database, ids);
      return ids.map(() => undefined);
    },
    mayRetryAlone: () => false,
  });

  /** Called with the merchant's answers to the deliveries of `send`, which does not wait for their marks. */
  const answers = new Map<number, () => void>();

  async function attempt(delivery: DeliveryRow): Promise<void> {
    const failure = await deliver(delivery).finally(() => answers.get(delivery.id)?.());
    if (failure === null) await delivered(delivery.id);
    else
      await markFailed(
        database,
        delivery.id,
        failure,
        findNextAttemptDelayMs(retries, delivery.attempts),
      );
  }

  /** Returns null if the merchant acknowledged the webhook, otherwise the reason. */
  async function deliver({ eventId, body }: DeliveryRow): Promise<string | null> {
    const bytes = Buffer.from(body);
    const timestampSeconds = Math.floor(Date.now() / 1_000);
    const message = { id: eventId, timestampSeconds, body: bytes };
    try {
      const { status } = await exchange({
        method: 'POST',
        url: options.webhookUrl(),
        headers: {
          'content-type': 'application/json',
          'webhook-id': eventId,
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': signWebhook(secrets.webhookKey, message),
          'sandbox-origin': originMark(secrets, eventId),
        },
        body: bytes,
        timeoutMs: TIMEOUT_MS,
      });
      return status >= 200 && status < 300 ? null : `answered ${status}`;
    } catch (error) {
      return (error as Error).message;
    }
  }

  const delivering = createLeasedWork({
    concurrency: CONCURRENCY_MAX,
    claim: (limit) => claimDueDeliveries(database, limit, LEASE_MS),
    work: attempt,
    intervalMs: POLL_MS,
    onError,
  });

  return {
    start: delivering.start,
    async post(events, insert) {
      let freeSlots = delivering.room();
      const rows = events.map(({ id, body, delayMs, copies }) => {
        const isClaimed = delayMs === 0 && copies <= freeSlots;
        if (isClaimed) freeSlots -= copies;
        else if (delayMs === 0) delivering.expectMore();
        return { event_id: id, body, copies, delay_ms: delayMs, is_taken: isClaimed };
      });
      const written = await insert(JSON.stringify(rows), LEASE_MS);
      return written.filter(({ attempts }) => attempts > 0);
    },
    async send(claimed) {
      const answered = claimed.map(({ id }) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        answers.set(id, resolve);
        return promise.finally(() => answers.delete(id));
      });
      void delivering.begin(claimed);
      await Promise.all(answered);
    },
    wake: delivering.nudge,
    deliverDue: delivering.workOnce,
    async deliverEvents(eventIds) {
      for (const eventId of eventIds) {
        await delivering.begin(await claimEventDeliveries(database, eventId, LEASE_MS));
      }
    },
    stop: delivering.stop,
  };
}

import type { Database } from '../../database/database.ts';
import { isDatabaseUnavailable } from '../../database/unavailable.ts';
import { type Mailer, MailRefusedError } from '../../drivers/mail/mailer.ts';
import {
  GiveUp,
  type JobDefinition,
  LeaseLostError,
  RunLater,
  type RunningJob,
} from '../../jobs/index.ts';
import { createBatcher } from '../../shared/batcher.ts';
import type { OpenReset } from '../accounts/index.ts';
import { mailBackoff } from './mail-backoff.ts';
import type { MailContent } from './mail-content.ts';
import { MAIL_JOB, MAIL_QUEUE, type MailJobData, type OrderMailJobData } from './mail-job.ts';
import { type MailReading, type OrderMailData, readOrderMailData } from './order-mail-data.ts';
import { createPendingMails, type PendingMail } from './pending-mails.ts';
import { type EndedMail, recordMails, type SentMail } from './record-mails.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { writeOrderMail } from './write-order-mail.ts';
import { writeResetMail } from './write-reset-mail.ts';

export interface SendMailDependencies {
  readonly database: Database;
  readonly mailer: Mailer;
  readonly shopName: string;
  readonly publicUrl: string;
  /** In production the text of a captured password reset is not stored either. */
  readonly production: boolean;
  /** Returns the contents of a reset mail, or null if the reset is no longer valid. */
  readonly openReset: (resetId: string) => Promise<OpenReset | null>;
  readonly attemptsMax: number;
  readonly retryBaseSeconds: number;
}

/** Less than the minute after which a lost job is found, more than the silence that the drivers allow a server. */
const DEADLINE_MS = 50_000;
/** How long a mail waits for an earlier one of its order that another worker is sending. */
const EARLIER_ELSEWHERE_WAIT_MS = 250;
/** How long it waits for one that this process is sending before it is retried; far below its own deadline. */
const EARLIER_HERE_WAIT_MS = 5_000;
/** A statement for this many takes only some milliseconds. */
const BATCH_SIZE_MAX = 200;

/** The batched reads and writes that the mails of this process share. */
interface MailBatches {
  readonly read: (request: OrderMailJobData) => Promise<MailReading>;
  /** Returns whether the job's lease was still valid. */
  readonly record: (ended: EndedMail) => Promise<boolean>;
}

/**
 * Creates the job that sends mails, each after those about earlier events of its order. A mail is built from the
 * current state, sent outside any transaction, and recorded in the transaction that finishes the job. Reading and
 * recording are batched; sending is not, so that no mail waits for another's mail server. If a worker dies in between,
 * its mails are sent again under the same `Message-ID`.
 */
export function createSendMail(deps: SendMailDependencies): JobDefinition {
  const { database } = deps;
  const pendingMails = createPendingMails();
  // One batch of each kind at a time: larger batches cost less per mail, while reading, sending and recording run
  // concurrently.
  const together = { batchesMax: 1, sizeMax: BATCH_SIZE_MAX, waitingMax: Number.POSITIVE_INFINITY };
  const batches: MailBatches = {
    read: createBatcher({
      ...together,
      exclusives: () => [],
      run: (requests) => readOrderMailData(database, requests),
      mayRetryAlone,
    }),
    record: createBatcher({
      ...together,
      // One attempt of a job at a time, because only one of two can have the lease.
      exclusives: ({ job }) => [job.id],
      run: (ended) => recordMails(database, ended),
      mayRetryAlone,
    }),
  };

  async function run(job: RunningJob): Promise<void> {
    const data = job.data as MailJobData;
    if (data.kind === 'password.reset') return sendReset(deps, batches, job, data.resetId);
    const pending = pendingMails.add(data.orderId, data.sequence, job.signal);
    try {
      const order = await readWhenNext(batches, data, pending);
      await sendOrderMail(deps, batches, job, data, order);
    } finally {
      pending.end();
    }
  }

  return {
    name: MAIL_JOB,
    queue: MAIL_QUEUE,
    attemptsMax: deps.attemptsMax,
    retryDelayMs: mailBackoff(deps.retryBaseSeconds),
    deadlineMs: DEADLINE_MS,
    run,
  };
}

/**
 * Returns null if no mail is due. Throws `RunLater` while an earlier mail of the order is sent by another worker or
 * takes too long.
 */
async function readWhenNext(
  batches: MailBatches,
  data: OrderMailJobData,
  pending: PendingMail,
): Promise<OrderMailData | null> {
  for (;;) {
    for (
      let earlier = pending.waitForEarlier();
      earlier !== null;
      earlier = pending.waitForEarlier()
    ) {
      if (!(await endsWithin(earlier, EARLIER_HERE_WAIT_MS)))
        throw new RunLater(EARLIER_ELSEWHERE_WAIT_MS);
    }
    const { earlierDueInMs, order } = await batches.read(data);
    if (earlierDueInMs === null) return order;
    // The earlier mail may have arrived in this process during the read.
    if (pending.waitForEarlier() === null)
      throw new RunLater(earlierDueInMs + EARLIER_ELSEWHERE_WAIT_MS);
  }
}

async function sendOrderMail(
  deps: SendMailDependencies,
  batches: MailBatches,
  job: RunningJob,
  { kind, orderId }: OrderMailJobData,
  order: OrderMailData | null,
): Promise<void> {
  if (order === null) return end(batches, job, null);
  const content = writeOrderMail(kind, order, deps.publicUrl);
  const sent = await send(deps, job, order.email, content);
  await end(batches, job, { ...sent, kind, orderId });
}

async function sendReset(
  deps: SendMailDependencies,
  batches: MailBatches,
  job: RunningJob,
  resetId: string,
): Promise<void> {
  const reset = await deps.openReset(resetId);
  if (reset === null) return end(batches, job, null);
  const content = writeResetMail(reset.token, deps.publicUrl);
  const sent = await send(deps, job, reset.email, content);
  // The link of a reset grants access to an account, so only its recipient may have it. Captured mail has no recipient:
  // stored in production, the link would give any reader of the table access to any admin's account.
  const storesText = deps.mailer.kind === 'capture' && !deps.production;
  const recorded = storesText ? sent : { ...sent, text: null, html: null };
  await end(batches, job, { ...recorded, kind: 'password.reset', orderId: null });
}

async function send(
  { mailer, shopName }: SendMailDependencies,
  { id, signal }: RunningJob,
  to: string,
  content: MailContent,
): Promise<Pick<SentMail, 'messageId' | 'to' | 'subject' | 'text' | 'html'>> {
  const { subject } = content;
  const text = renderText(content, shopName);
  const html = renderHtml(content, shopName);
  try {
    await mailer.send({ id, to, subject, text, html }, { signal });
  } catch (error) {
    throw error instanceof MailRefusedError ? new GiveUp(error.message, { cause: error }) : error;
  }
  return { messageId: mailer.getMessageId({ id }), to, subject, text, html };
}

async function end(batches: MailBatches, job: RunningJob, sent: SentMail | null): Promise<void> {
  const wasHeld = await batches.record({ job, sent });
  if (!wasHeld) throw new LeaseLostError(`another worker has taken over ${job.name} ${job.id}`);
}

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ms, false);
  const inTime = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

/** Returns whether one item, and not the database, may have caused the failure. */
function mayRetryAlone(error: unknown): boolean {
  return !isDatabaseUnavailable(error);
}

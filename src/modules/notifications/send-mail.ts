import type { Database } from '../../database/database.ts';
import { isDatabaseAway } from '../../database/unavailable.ts';
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
  /** There a captured reset is kept without its text too. */
  readonly production: boolean;
  /** What a reset's mail tells; null when it is over or void. */
  readonly openReset: (resetId: string) => Promise<OpenReset | null>;
  readonly attemptsMax: number;
  readonly retryBaseSeconds: number;
}

/** Below the minute in which a lost job is found, above the silence that the drivers grant a server. */
const DEADLINE_MS = 50_000;
/** How long a mail lets an earlier one of its order go ahead that another worker is just sending. */
const EARLIER_ELSEWHERE_WAIT_MS = 250;
/** And one that this process is sending, before it comes again instead: far from its own deadline. */
const EARLIER_HERE_WAIT_MS = 5_000;
/** A statement for so many takes some milliseconds and no more. */
const BATCH_SIZE_MAX = 200;

/** What the mails of this process do together. */
interface MailBatches {
  readonly read: (asked: OrderMailJobData) => Promise<MailReading>;
  /** Gives whether the job was still held. */
  readonly record: (ended: EndedMail) => Promise<boolean>;
}

/**
 * Sends mails, each when those about earlier events of its order have gone: written from how things stand now, handed over
 * outside any transaction, then recorded together with the end of the job. What many need is read and recorded together,
 * and each is sent by itself, so that none waits for another's mail server. A worker that dies in between has its mails
 * sent again, under the same `Message-ID`.
 */
export function createSendMail(deps: SendMailDependencies): JobDefinition {
  const { database } = deps;
  const pendingMails = createPendingMails();
  // One batch of each kind at a time: the larger a batch, the cheaper a mail, while reading, sending and recording go on side by side.
  const together = { batchesMax: 1, sizeMax: BATCH_SIZE_MAX, waitingMax: Number.POSITIVE_INFINITY };
  const batches: MailBatches = {
    read: createBatcher({
      ...together,
      exclusives: () => [],
      run: (request) => readOrderMailData(database, request),
      mayRetryAlone,
    }),
    record: createBatcher({
      ...together,
      // One try of a job at a time, since of two only one can be held.
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

/** Null when there is nothing to tell. Throws `RunLater` while an earlier mail of the order waits elsewhere or for long. */
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
    const { earlierDueInMs, order: told } = await batches.read(data);
    if (earlierDueInMs === null) return told;
    // It may have come here while that was read.
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
  // The link of a reset opens an account, so it stays with the person who got it. Where mail is only captured nobody
  // got it: kept in production, it would open the account of any admin to everybody who reads the table.
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

/** Something is wrong with one of them, and not with the database. */
function mayRetryAlone(error: unknown): boolean {
  return !isDatabaseAway(error);
}

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
import { type MailText, toOneLine } from './mail-content.ts';
import { MAIL_JOB, MAIL_QUEUE, type MailJobData, type OrderMailJobData } from './mail-job.ts';
import { createRecordedSettings, type MailSettings } from './mail-settings.ts';
import { createPendingMails, type PendingMail } from './pending-mails.ts';
import { type MailReading, readDueMails } from './read-due-mails.ts';
import { type EndedMail, recordMails } from './record-mails.ts';
import { getWording } from './wordings.ts';

export interface SendMailDependencies {
  readonly database: Database;
  readonly mailer: Mailer;
  /** The name of a shop that has set none. */
  readonly shopName: string;
  readonly publicUrl: string;
  /** In production the text of a captured password reset is not stored either. */
  readonly production: boolean;
  /** Returns the contents of a reset mail, or null if the reset is no longer valid. */
  readonly openReset: (resetId: string) => Promise<OpenReset | null>;
  /** Returns the token of an order, the same one each time. */
  readonly signOrderToken: (orderId: string, orderedAt: Date) => string;
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

/** What the mails of this process share: batched reads and writes. */
interface SharedSending {
  readonly mailer: Mailer;
  readonly read: (request: OrderMailJobData) => Promise<DueMail>;
  /** Returns whether the job's lease was still valid. */
  readonly record: (ended: EndedMail) => Promise<boolean>;
}

interface DueMail {
  readonly reading: MailReading;
  /** Of the shop when the mail was read. */
  readonly settings: MailSettings;
}

/**
 * Creates the job that sends mails, each after those about earlier events of its order. A mail is built from the
 * current state and the fulfilment as of its event, sent outside any transaction, and recorded in the transaction that
 * finishes the job. Reading and recording are batched; sending is not, so that no mail waits for another's mail server.
 * If a worker dies in between, its mails are sent again under the same `Message-ID`.
 */
export function createSendMail(deps: SendMailDependencies): JobDefinition {
  const { database, mailer, shopName, publicUrl, signOrderToken } = deps;
  const pendingMails = createPendingMails();
  const recorded = createRecordedSettings(database, {
    shopName,
    publicUrl,
    messageIdDomain: mailer.messageIdDomain,
  });
  // One batch of each kind at a time: larger batches cost less per mail, while reading, sending and recording run
  // concurrently.
  const together = { batchesMax: 1, sizeMax: BATCH_SIZE_MAX, waitingMax: Number.POSITIVE_INFINITY };
  const shared: SharedSending = {
    mailer,
    read: createBatcher({
      ...together,
      exclusives: () => [],
      run: async (requests) => {
        const [settings, readings] = await Promise.all([
          recorded.read(database),
          readDueMails(database, requests, mailer.send !== null),
        ]);
        return readings.map((reading) => ({ reading, settings }));
      },
      mayRetryAlone,
    }),
    record: createBatcher({
      ...together,
      // One attempt of a job at a time, because only one of two can have the lease.
      exclusives: ({ job }) => [job.id],
      run: (ended) => recordMails(database, recorded, ended),
      mayRetryAlone,
    }),
  };

  async function run(job: RunningJob): Promise<void> {
    const data = job.data as MailJobData;
    if (data.kind === 'password.reset')
      return sendReset(deps, shared, job, data, await recorded.read(database));
    const pending = pendingMails.add(data.orderId, data.sequence, job);
    try {
      const { reading, settings } = await readWhenNext(shared, data, pending);
      const { facts, source } = reading;
      // Without a source nothing is sent. The text is written when the mail is shown.
      if (facts !== null && source !== undefined) {
        const { id, createdAt } = source.order;
        const orderToken = facts.isGuest ? signOrderToken(id, createdAt) : null;
        const mail = { kind: data.kind, facts, source, orderToken };
        const text = getWording(settings.wording).writeOrderMail(mail, settings);
        await send(shared, job, facts.recipient, text, settings);
      }
      await end(shared, { job, data, mail: facts && { facts, settings, text: null } });
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

/** Throws `RunLater` while an earlier mail of the order is sent by another worker or takes too long. */
async function readWhenNext(
  { read }: SharedSending,
  data: OrderMailJobData,
  pending: PendingMail,
): Promise<DueMail> {
  for (;;) {
    for (
      let earlier = pending.waitForEarlier();
      earlier !== null;
      earlier = pending.waitForEarlier()
    ) {
      if (!(await endsWithin(earlier, EARLIER_HERE_WAIT_MS)))
        throw new RunLater(EARLIER_ELSEWHERE_WAIT_MS);
    }
    const mail = await read(data);
    const { earlierDueInMs } = mail.reading;
    if (earlierDueInMs === null) return mail;
    // The earlier mail may have arrived in this process during the read.
    if (pending.waitForEarlier() === null)
      throw new RunLater(earlierDueInMs + EARLIER_ELSEWHERE_WAIT_MS);
  }
}

async function sendReset(
  { openReset, production }: SendMailDependencies,
  shared: SharedSending,
  job: RunningJob,
  data: Extract<MailJobData, { kind: 'password.reset' }>,
  settings: MailSettings,
): Promise<void> {
  const reset = await openReset(data.resetId);
  if (reset === null) return end(shared, { job, data, mail: null });
  const text = getWording(settings.wording).writeResetMail(reset.token, settings);
  await send(shared, job, reset.email, text, settings);
  // The link of a reset grants access to an account, so only its recipient may have it. Captured mail has no recipient:
  // stored in production, the link would give any reader of the table access to any admin's account.
  const storesText = shared.mailer.send === null && !production;
  const facts = {
    recipient: reset.email,
    greetedName: '',
    paymentNote: null,
    payByMs: null,
    isGuest: false,
  };
  await end(shared, { job, data, mail: { facts, settings, text: storesText ? text : null } });
}

async function send(
  { mailer }: SharedSending,
  job: RunningJob,
  to: string,
  text: MailText,
  { shopName }: MailSettings,
): Promise<void> {
  const fromName = toOneLine(shopName);
  try {
    await mailer.send?.({ id: job.id, fromName, to, ...text }, { signal: job.signal });
  } catch (error) {
    throw error instanceof MailRefusedError ? new GiveUp(error.message, { cause: error }) : error;
  }
}

async function end({ record }: SharedSending, ended: EndedMail): Promise<void> {
  const { name, id } = ended.job;
  const wasHeld = await record(ended);
  if (!wasHeld) throw new LeaseLostError(`another worker has taken over ${name} ${id}`);
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

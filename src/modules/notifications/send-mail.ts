import type { Database } from '../../database/database.ts';
import { type JobDefinition, RunLater, type RunningJob } from '../../jobs/index.ts';
import { createBatcher } from '../../shared/batcher.ts';
import { mailBackoff } from './mail-backoff.ts';
import { MAIL_JOB, MAIL_QUEUE, type MailJobData, type OrderMailJobData } from './mail-job.ts';
import { DEADLINE_MS, type MailSending, mayRetryAlone, together } from './mail-sending.ts';
import type { MailSettings } from './mail-settings.ts';
import { createPendingMails, type PendingMail } from './pending-mails.ts';
import { type MailReading, readDueMails } from './read-due-mails.ts';
import type { SendAccountMail } from './send-account-mail.ts';
import { getWording } from './wordings.ts';

export interface SendMailDependencies {
  readonly database: Database;
  /** Returns the token of an order, the same one each time. */
  readonly signOrderToken: (orderId: string, orderedAt: Date) => string;
  readonly attemptsMax: number;
  readonly retryBaseSeconds: number;
}

/** How long a mail waits for an earlier one of its order that another worker is sending. */
const EARLIER_ELSEWHERE_WAIT_MS = 250;
/** How long it waits for one that this process is sending before it is retried; far below its own deadline. */
const EARLIER_HERE_WAIT_MS = 5_000;
type ReadDueMail = (request: OrderMailJobData) => Promise<DueMail>;

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
export function createSendMail(
  deps: SendMailDependencies,
  sending: MailSending,
  sendAccountMail: SendAccountMail,
): JobDefinition {
  const { database, signOrderToken } = deps;
  const pendingMails = createPendingMails();
  const read: ReadDueMail = createBatcher({
    ...together,
    exclusives: () => [],
    run: async (requests: readonly OrderMailJobData[]) => {
      const [settings, readings] = await Promise.all([
        sending.settings.read(),
        readDueMails(database, requests, sending.delivers),
      ]);
      return readings.map((reading) => ({ reading, settings }));
    },
    mayRetryAlone,
  });

  async function run(job: RunningJob): Promise<void> {
    const data = job.data as MailJobData;
    // Queued by an earlier version.
    if (data.kind === 'password.reset') {
      return sendAccountMail(job, { kind: data.kind, id: data.resetId });
    }
    const pending = pendingMails.add(data.orderId, data.sequence, job);
    try {
      const { reading, settings } = await readWhenNext(read, data, pending);
      const { facts, source } = reading;
      // Without a source nothing is sent. The text is written when the mail is shown.
      if (facts !== null && source !== undefined) {
        const { id, createdAt } = source.order;
        const orderToken = facts.isGuest ? signOrderToken(id, createdAt) : null;
        const mail = { kind: data.kind, facts, source, orderToken };
        const text = getWording(settings.wording).writeOrderMail(mail, settings);
        await sending.send(job, facts.recipient, text, settings);
      }
      await sending.end({
        job,
        data,
        mail: facts && { userId: null, facts, settings, text: null },
      });
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
  read: ReadDueMail,
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

async function endsWithin(ended: Promise<void>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, ms, false);
  const inTime = await Promise.race([ended.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}

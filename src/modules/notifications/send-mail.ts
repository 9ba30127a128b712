import { isDatabaseAway } from '../../database/away.ts';
import type { Database } from '../../database/database.ts';
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
import type { Letter } from './letter.ts';
import { mailBackoff } from './mail-backoff.ts';
import { MAIL_JOB, MAIL_QUEUE, type MailJobData, type OrderMailJobData } from './mail-job.ts';
import { createMailTurns, type MailTurn } from './mail-turns.ts';
import { type MailReading, type OrderToTell, readOrdersToTell } from './order-to-tell.ts';
import { type EndedMail, recordMails, type SentMail } from './record-mails.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { writeOrderLetter } from './write-order-letter.ts';
import { writeResetLetter } from './write-reset-letter.ts';

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
const GIVE_WAY_MS = 250;
/** And one that this process is sending, before it comes again instead: far from its own deadline. */
const WAIT_HERE_MS = 5_000;
/** A statement for so many takes some milliseconds and no more. */
const BATCH_SIZE_MAX = 200;

/** What the mails of this process do together. */
interface Desk {
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
  const turns = createMailTurns();
  // In one lane each: the larger a batch, the cheaper a mail, while reading, sending and recording go on side by side.
  const together = { lanes: 1, sizeMax: BATCH_SIZE_MAX, waitingMax: Number.POSITIVE_INFINITY };
  const desk: Desk = {
    read: createBatcher({
      ...together,
      exclusives: () => [],
      run: (asked) => readOrdersToTell(database, asked),
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
    if (data.kind === 'password.reset') return sendReset(deps, desk, job, data.resetId);
    const turn = turns.enter(data.orderId, data.sequence, job.signal);
    try {
      const told = await readInTurn(desk, data, turn);
      await sendOrderMail(deps, desk, job, data, told);
    } finally {
      turn.leave();
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
async function readInTurn(
  desk: Desk,
  data: OrderMailJobData,
  turn: MailTurn,
): Promise<OrderToTell | null> {
  for (;;) {
    for (let earlier = turn.earlier(); earlier !== null; earlier = turn.earlier()) {
      if (!(await endsWithin(earlier, WAIT_HERE_MS))) throw new RunLater(GIVE_WAY_MS);
    }
    const { earlierDueInMs, told } = await desk.read(data);
    if (earlierDueInMs === null) return told;
    // It may have come here while that was read.
    if (turn.earlier() === null) throw new RunLater(earlierDueInMs + GIVE_WAY_MS);
  }
}

async function sendOrderMail(
  deps: SendMailDependencies,
  desk: Desk,
  job: RunningJob,
  { kind, orderId }: OrderMailJobData,
  told: OrderToTell | null,
): Promise<void> {
  if (told === null) return end(desk, job, null);
  const letter = writeOrderLetter(kind, told, deps.publicUrl);
  const sent = await send(deps, job, told.email, letter);
  await end(desk, job, { ...sent, kind, orderId });
}

async function sendReset(
  deps: SendMailDependencies,
  desk: Desk,
  job: RunningJob,
  resetId: string,
): Promise<void> {
  const reset = await deps.openReset(resetId);
  if (reset === null) return end(desk, job, null);
  const letter = writeResetLetter(reset.token, deps.publicUrl);
  const sent = await send(deps, job, reset.email, letter);
  // The link of a reset opens an account, so it stays with the person who got it. Where mail is only captured nobody
  // got it: kept in production, it would open the account of any admin to everybody who reads the table.
  const isKept = deps.mailer.kind === 'capture' && !deps.production;
  const kept = isKept ? sent : { ...sent, text: null, html: null };
  await end(desk, job, { ...kept, kind: 'password.reset', orderId: null });
}

async function send(
  { mailer, shopName }: SendMailDependencies,
  { id, signal }: RunningJob,
  to: string,
  letter: Letter,
): Promise<Pick<SentMail, 'messageId' | 'to' | 'subject' | 'text' | 'html'>> {
  const { subject } = letter;
  const text = renderText(letter, shopName);
  const html = renderHtml(letter, shopName);
  try {
    await mailer.send({ id, to, subject, text, html }, { signal });
  } catch (error) {
    throw error instanceof MailRefusedError ? new GiveUp(error.message, { cause: error }) : error;
  }
  return { messageId: mailer.messageIdOf({ id }), to, subject, text, html };
}

async function end(desk: Desk, job: RunningJob, sent: SentMail | null): Promise<void> {
  const wasHeld = await desk.record({ job, sent });
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

import type { Database } from '../../database/database.ts';
import type { Mailer, MailRefusedError } from '../../drivers/mail/mailer.ts';
import { GiveUp, type JobDefinition, RunLater, type RunningJob } from '../../jobs/index.ts';
import type { OpenReset } from '../accounts/index.ts';
import type { Letter } from './letter.ts';
import { MAIL_JOB, MAIL_QUEUE, type MailJobData } from './mail-job.ts';
import { readOrderToTell } from './order-to-tell.ts';
import { findEarlierMail, insertMessage } from './queries.ts';
import { renderHtml } from './render-html.ts';
import { renderText } from './render-text.ts';
import { mailRetryDelayMs } from './retry-delay.ts';
import { writeOrderLetter } from './write-order-letter.ts';
import { writeResetLetter } from './write-reset-letter.ts';

export interface SendMailDependencies {
  readonly database: Database;
  readonly mailer: Mailer;
  readonly shopName: string;
  readonly publicUrl: string;
  /** What a reset's mail tells; null when it is over or void. */
  readonly openReset: (resetId: string) => Promise<OpenReset | null>;
  readonly attemptsMax: number;
  readonly retryBaseSeconds: number;
}

/** Below the minute in which a lost job is found, above the silence that the drivers grant a server. */
const DEADLINE_MS = 50_000;
/** How long a mail lets an earlier one of its order go ahead that is just being sent. */
const GIVE_WAY_MS = 250;

/**
 * Sends one mail, when those about earlier events of its order have gone: written from how things stand now, handed over outside any transaction, then recorded together with
 * the end of the job. A worker that dies in between has it sent again, under the same `Message-ID`.
 */
export function createSendMail(deps: SendMailDependencies): JobDefinition {
  return {
    name: MAIL_JOB,
    queue: MAIL_QUEUE,
    attemptsMax: deps.attemptsMax,
    retryDelayMs: (attempt) => mailRetryDelayMs(attempt, deps.retryBaseSeconds),
    deadlineMs: DEADLINE_MS,
    run: (job) => sendMail(deps, job),
  };
}

async function sendMail(deps: SendMailDependencies, job: RunningJob): Promise<void> {
  const { database, mailer, shopName } = deps;
  const data = job.data as MailJobData;
  const addressed = await writeLetter(deps, data);
  if (addressed === null) return;
  const { to, letter } = addressed;
  const text = renderText(letter, shopName);
  const html = renderHtml(letter, shopName);
  const mail = { id: job.id, to, subject: letter.subject, text, html };
  try {
    await mailer.send(mail, { signal: job.signal });
  } catch (error) {
    throw isRefused(error) ? new GiveUp(error.message, { cause: error }) : error;
  }
  // The link of a reset opens an account, so it stays with whoever got it; capture is the one who got it.
  const isKept = data.kind !== 'password.reset' || mailer.kind === 'capture';
  await database.transaction(async (tx) => {
    // In one trip, and rolled back together when another worker has taken the job over.
    const finished = job.finish(tx);
    const recorded = insertMessage(
      tx,
      mail.id,
      mailer.messageIdOf(mail),
      to,
      letter.subject,
      isKept ? text : null,
      isKept ? html : null,
      data.kind,
      data.kind === 'password.reset' ? null : data.orderId,
      job.eventId,
    );
    await Promise.all([finished, recorded]);
  });
}

/** Null when there is nothing to tell any more. Throws `RunLater` while an earlier mail of the order waits. */
async function writeLetter(
  { database, publicUrl, openReset }: SendMailDependencies,
  data: MailJobData,
): Promise<{ to: string; letter: Letter } | null> {
  if (data.kind === 'password.reset') {
    const reset = await openReset(data.resetId);
    return reset === null
      ? null
      : { to: reset.email, letter: writeResetLetter(reset.token, publicUrl) };
  }
  const [told, [earlier]] = await Promise.all([
    readOrderToTell(database, data),
    findEarlierMail(database, data.orderId, data.sequence),
  ]);
  if (earlier !== undefined) throw new RunLater(earlier.dueInMs + GIVE_WAY_MS);
  return told === null
    ? null
    : { to: told.email, letter: writeOrderLetter(data.kind, told, publicUrl) };
}

/** Told by name: this room knows the port's types and no driver's code. */
function isRefused(error: unknown): error is Error {
  const name: MailRefusedError['name'] = 'MailRefusedError';
  return error instanceof Error && error.name === name;
}

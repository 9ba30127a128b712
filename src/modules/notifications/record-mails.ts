import type { Database, Transaction } from '../../database/database.ts';
import { finishJobsIn, type RunningJob } from '../../jobs/index.ts';
import type { MailFacts } from './mail-facts.ts';
import type { MailJobData } from './mail-job.ts';
import type { RecordedSettings } from './mail-settings.ts';
import { insertMessages, insertTexts } from './queries.ts';

/** The text of a mail that cannot be written again. */
export interface StoredText {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A job whose mail was sent, or that had none to send. */
export interface EndedMail {
  readonly job: RunningJob;
  readonly data: MailJobData;
  /** Null if no mail was due. */
  readonly facts: MailFacts | null;
  /** Null if the text can be written again, or must not be stored. */
  readonly text: StoredText | null;
}

/**
 * Finishes jobs and records their mails in one transaction. Returns for each job whether its lease was still valid. If
 * another worker has taken a job over, nothing is written, because that worker sends and records the mail.
 */
export async function recordMails(
  database: Database,
  settings: RecordedSettings,
  ended: readonly EndedMail[],
): Promise<boolean[]> {
  try {
    const settingsId = await settings.getId();
    return await database.transaction(async (tx) => {
      const heldIds = await finishJobsIn(
        tx,
        ended.map(({ job }) => job),
      );
      const held = ended.filter(({ job }) => heldIds.has(job.id));
      await insertMails(tx, settingsId, held);
      const texts = held.flatMap(toTextRow);
      if (texts.length > 0) await insertTexts(tx, JSON.stringify(texts));
      return ended.map(({ job }) => heldIds.has(job.id));
    });
  } catch (error) {
    settings.forgetId();
    throw error;
  }
}

async function insertMails(
  tx: Transaction,
  settingsId: number,
  ended: readonly EndedMail[],
): Promise<void> {
  const mails = ended.flatMap(({ job, data, facts }) => {
    const { orderId = null, sequence = null } = data.kind === 'password.reset' ? {} : data;
    return facts === null ? [] : [{ id: job.id, kind: data.kind, orderId, sequence, ...facts }];
  });
  if (mails.length === 0) return;
  await insertMessages(
    tx,
    settingsId,
    mails.map(({ id }) => id),
    mails.map(({ orderId }) => orderId),
    mails.map(({ sequence }) => sequence),
    mails.map(({ kind }) => kind),
    mails.map(({ recipient }) => recipient),
    mails.map(({ greetedName }) => greetedName),
    mails.map(({ paymentNote }) => paymentNote),
    mails.map(({ payByMs }) => payByMs),
  );
}

function toTextRow({ job, text }: EndedMail) {
  if (text === null) return [];
  return [{ mail_id: job.id, subject: text.subject, text_body: text.text, html_body: text.html }];
}

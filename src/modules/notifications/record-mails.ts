import type { Database } from '../../database/database.ts';
import { finishJobsIn, type RunningJob } from '../../jobs/index.ts';
import type { MailFacts } from './mail-facts.ts';
import type { MailJobData } from './mail-job.ts';
import type { RecordedSettings } from './mail-settings.ts';
import { insertMessages, insertTexts, type NewMailRow } from './queries.ts';

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
  const settingsId = await settings.getId();
  try {
    return await database.transaction(async (tx) => {
      const heldIds = await finishJobsIn(
        tx,
        ended.map(({ job }) => job),
      );
      const held = ended.filter(({ job }) => heldIds.has(job.id));
      const rows = held.flatMap(toRow);
      if (rows.length > 0) await insertMessages(tx, JSON.stringify(rows), settingsId);
      const texts = held.flatMap(toTextRow);
      if (texts.length > 0) await insertTexts(tx, JSON.stringify(texts));
      return ended.map(({ job }) => heldIds.has(job.id));
    });
  } catch (error) {
    settings.forgetId();
    throw error;
  }
}

function toRow({ job, data, facts }: EndedMail): readonly NewMailRow[] {
  if (facts === null) return [];
  const event = data.kind === 'password.reset' ? null : data;
  return [
    {
      id: job.id,
      kind: data.kind,
      order_id: event?.orderId ?? null,
      sequence: event?.sequence ?? null,
      recipient: facts.recipient,
      greeted_name: facts.greetedName,
      payment_note: facts.paymentNote,
      pay_by_ms: facts.payByMs,
    },
  ];
}

function toTextRow({ job, text }: EndedMail) {
  if (text === null) return [];
  return [{ mail_id: job.id, subject: text.subject, text_body: text.text, html_body: text.html }];
}

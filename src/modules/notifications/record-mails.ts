import type { Database, Transaction } from '../../database/database.ts';
import { finishJobsIn, type RunningJob } from '../../jobs/index.ts';
import type { AccountMail } from '../accounts/index.ts';
import type { MailText } from './mail-content.ts';
import type { MailFacts } from './mail-facts.ts';
import type { OrderMailJobData } from './mail-job.ts';
import type { MailSettings, RecordedSettings } from './mail-settings.ts';
import { insertMessages, insertTexts } from './queries.ts';

/** A job whose mail was sent, or that had none to send. */
export interface EndedMail {
  readonly job: RunningJob;
  readonly data: OrderMailJobData | AccountMail;
  /** Null if no mail was due. */
  readonly mail: RecordedMail | null;
}

export interface RecordedMail {
  /** Whose account it is about; null: it is about an order. */
  readonly userId: string | null;
  readonly facts: MailFacts;
  readonly settings: MailSettings;
  /** Null if the text can be written again, or must not be stored. */
  readonly text: MailText | null;
}

interface NewMail extends RecordedMail {
  readonly id: string;
  readonly data: OrderMailJobData | AccountMail;
}

/**
 * Finishes jobs and records their mails in one transaction. Returns for each job whether its lease was still valid. If
 * another worker has taken a job over, nothing is written, because that worker sends and records the mail.
 */
export async function recordMails(
  database: Database,
  recorded: RecordedSettings,
  ended: readonly EndedMail[],
): Promise<boolean[]> {
  try {
    const mails = ended.flatMap(toNewMail);
    const settingsIds = await readSettingsIds(recorded, mails);
    return await database.transaction(async (tx) => {
      const heldIds = await finishJobsIn(
        tx,
        ended.map(({ job }) => job),
      );
      const held = mails.filter(({ id }) => heldIds.has(id));
      // All of a batch have the same settings, except while the shop changes them.
      for (const [settings, group] of Map.groupBy(held, (mail) => mail.settings)) {
        await insertMails(tx, settingsIds.get(settings)!, group);
      }
      const texts = held.flatMap(toTextRow);
      if (texts.length > 0) await insertTexts(tx, JSON.stringify(texts));
      return ended.map(({ job }) => heldIds.has(job.id));
    });
  } catch (error) {
    recorded.forgetIds();
    throw error;
  }
}

function toNewMail({ job, data, mail }: EndedMail): NewMail | readonly NewMail[] {
  if (mail === null) return [];
  return { id: job.id, data, ...mail };
}

/** Returns the ids of the settings of these mails. Mails that were read together have the same object. */
async function readSettingsIds(
  recorded: RecordedSettings,
  mails: readonly NewMail[],
): Promise<ReadonlyMap<MailSettings, number>> {
  const distinct = [...new Set(mails.map(({ settings }) => settings))];
  const ids = await Promise.all(distinct.map((settings) => recorded.getId(settings)));
  return new Map(distinct.map((settings, index) => [settings, ids[index]!]));
}

async function insertMails(
  tx: Transaction,
  settingsId: number,
  mails: readonly NewMail[],
): Promise<void> {
  await insertMessages(
    tx,
    settingsId,
    mails.map(({ id }) => id),
    mails.map(({ data }) => ('orderId' in data ? data.orderId : null)),
    mails.map(({ data }) => ('sequence' in data ? data.sequence : null)),
    mails.map(({ data }) => data.kind),
    mails.map(({ facts }) => facts.recipient),
    mails.map(({ facts }) => facts.greetedName),
    mails.map(({ facts }) => facts.paymentNote),
    mails.map(({ facts }) => facts.payByMs),
    mails.map(({ facts }) => facts.isGuest || null),
    mails.map(({ facts }) => facts.omitsOwnWords || null),
    mails.map(({ userId }) => userId),
  );
}

function toTextRow({ id, text }: NewMail) {
  if (text === null) return [];
  return [{ mail_id: id, subject: text.subject, text_body: text.text, html_body: text.html }];
}

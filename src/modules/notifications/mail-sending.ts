import type { Database } from '../../database/database.ts';
import { isDatabaseUnavailable } from '../../database/unavailable.ts';
import { type Mailer, MailRefusedError } from '../../drivers/mail/mailer.ts';
import { GiveUp, LeaseLostError, type RunningJob } from '../../jobs/index.ts';
import { createBatcher } from '../../shared/batcher.ts';
import { type MailText, toOneLine } from './mail-content.ts';
import {
  createRecordedSettings,
  type MailSettings,
  type RecordedSettings,
} from './mail-settings.ts';
import { type EndedMail, recordMails } from './record-mails.ts';

/** Less than the minute after which a lost job is found, more than the silence that the drivers allow a server. */
export const DEADLINE_MS = 50_000;

/**
 * One batch of a kind at a time: larger batches cost less per mail, while reading, sending and recording run
 * concurrently. A statement for this many takes only some milliseconds.
 */
export const together = {
  batchesMax: 1,
  sizeMax: 200,
  waitingMax: Number.POSITIVE_INFINITY,
} as const;

/** What all mails of this process share. */
export interface MailSending {
  /** Whether a mail server gets the mails; otherwise they are captured. */
  readonly delivers: boolean;
  readonly settings: Pick<RecordedSettings, 'read'>;
  /** Passes a mail to the mail server, if there is one. Throws `GiveUp` if the server refuses it for good. */
  send(job: RunningJob, to: string, text: MailText, settings: MailSettings): Promise<void>;
  /** Records a mail and finishes its job, with those of others. Throws `LeaseLostError` if another worker has taken it over. */
  end(ended: EndedMail): Promise<void>;
}

export interface MailSendingOptions {
  readonly database: Database;
  readonly mailer: Mailer;
  /** The name of a shop that has set none. */
  readonly shopName: string;
  readonly publicUrl: string;
}

export function createMailSending(options: MailSendingOptions): MailSending {
  const { database, mailer, shopName, publicUrl } = options;
  const settings = createRecordedSettings(database, {
    shopName,
    publicUrl,
    messageIdDomain: mailer.messageIdDomain,
  });
  /** Returns whether the job's lease was still valid. */
  const record = createBatcher({
    ...together,
    // One attempt of a job at a time, because only one of two can have the lease.
    exclusives: ({ job }: EndedMail) => [job.id],
    run: (ended: readonly EndedMail[]) => recordMails(database, settings, ended),
    mayRetryAlone,
  });
  return {
    delivers: mailer.send !== null,
    settings,
    async send(job, to, text, { shopName: name }) {
      const mail = { id: job.id, fromName: toOneLine(name), to, ...text };
      try {
        await mailer.send?.(mail, { signal: job.signal });
      } catch (error) {
        throw error instanceof MailRefusedError
          ? new GiveUp(error.message, { cause: error })
          : error;
      }
    },
    async end(ended) {
      const { name, id } = ended.job;
      const wasHeld = await record(ended);
      if (!wasHeld) throw new LeaseLostError(`another worker has taken over ${name} ${id}`);
    },
  };
}

/** Returns whether one item, and not the database, may have caused the failure. */
export function mayRetryAlone(error: unknown): boolean {
  return !isDatabaseUnavailable(error);
}

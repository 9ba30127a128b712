import type { Database } from '../../database/database.ts';
import { finishJobsIn, type RunningJob } from '../../jobs/index.ts';
import type { MailKind } from './mail-kind.ts';
import { insertMessages } from './queries.ts';

/** A sent mail. */
export interface SentMail {
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  /** Null, like `html`, if the text must not be stored. */
  readonly text: string | null;
  readonly html: string | null;
  readonly kind: MailKind;
  readonly orderId: string | null;
}

/** A job whose mail was sent, or that had none to send. */
export interface EndedMail {
  readonly job: RunningJob;
  readonly sent: SentMail | null;
}

/**
 * Finishes jobs and records their mails in one transaction. Returns for each job whether its lease was still valid. If
 * another worker has taken a job over, nothing is written, because that worker sends and records the mail.
 */
export async function recordMails(
  database: Database,
  ended: readonly EndedMail[],
): Promise<boolean[]> {
  return database.transaction(async (tx) => {
    const heldIds = await finishJobsIn(
      tx,
      ended.map(({ job }) => job),
    );
    const rows = ended.flatMap(({ job, sent }) =>
      sent !== null && heldIds.has(job.id) ? [toRow(job, sent)] : [],
    );
    if (rows.length > 0) await insertMessages(tx, JSON.stringify(rows));
    return ended.map(({ job }) => heldIds.has(job.id));
  });
}

function toRow({ id, eventId }: RunningJob, sent: SentMail) {
  return {
    id,
    message_id: sent.messageId,
    recipient: sent.to,
    subject: sent.subject,
    text_body: sent.text,
    html_body: sent.html,
    kind: sent.kind,
    order_id: sent.orderId,
    event_id: eventId,
  };
}

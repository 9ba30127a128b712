import type { LoggedEvent } from '../../events/index.ts';
import type { NewJob } from '../../jobs/index.ts';
import { followingId } from '../../shared/ids.ts';
import type { AccountMail } from '../accounts/index.ts';
import type { OrderMailKind } from './mail-kind.ts';

export const MAIL_JOB = 'notifications.send-mail';
/** A job of its own: a server of an earlier version leaves it to the others, and would not know these mails. */
export const ACCOUNT_MAIL_JOB = 'notifications.send-account-mail';
/** Separate, so that a mail server that hangs delays no other work. */
export const MAIL_QUEUE = 'mail';

/** The data of a mail job: where to read, and nothing of the mail's text. `sequence` is the event's. */
export type OrderMailJobData = {
  readonly kind: OrderMailKind;
  readonly orderId: string;
  readonly sequence: number;
};
/** The data of a reset's mail as earlier versions wrote it. */
type ResetMailJobData = { readonly kind: 'password.reset'; readonly resetId: string };
export type MailJobData = OrderMailJobData | ResetMailJobData;

/** Returns the job id of the mail that follows from an event. */
export function mailJobId(causeId: string): string {
  return followingId(causeId, MAIL_JOB);
}

/** Builds the job of the mail that informs an order's customer of an event. */
export function orderMailJob(
  { id, orderId, sequence }: Pick<LoggedEvent, 'id' | 'orderId' | 'sequence'>,
  kind: OrderMailKind,
): NewJob {
  return {
    id: mailJobId(id),
    name: MAIL_JOB,
    priority: 'normal',
    data: { kind, orderId, sequence },
    eventId: id,
  };
}

/** Builds the job of a mail about an account. High priority, because a person is waiting for it. */
export function accountMailJob({ kind, id }: AccountMail): NewJob {
  return {
    id: followingId(id, ACCOUNT_MAIL_JOB),
    name: ACCOUNT_MAIL_JOB,
    priority: 'high',
    data: { kind, id },
    eventId: null,
  };
}

import type { LoggedEvent } from '../../events/index.ts';
import type { NewJob } from '../../jobs/index.ts';
import { followingId } from '../../shared/ids.ts';
import type { OrderMailKind } from './mail-kind.ts';

export const MAIL_JOB = 'notifications.send-mail';
/** Of its own, so that a mail server that hangs holds up no other work. */
export const MAIL_QUEUE = 'mail';

/** What a job brings: where to look, and nothing that a mail would say. `sequence` is the event's. */
export type OrderMailJobData = {
  readonly kind: OrderMailKind;
  readonly orderId: string;
  readonly sequence: number;
};
type ResetMailJobData = { readonly kind: 'password.reset'; readonly resetId: string };
export type MailJobData = OrderMailJobData | ResetMailJobData;

/** Of the mail that follows from an event, or from the wish for a new password. */
export function mailJobId(causeId: string): string {
  return followingId(causeId, MAIL_JOB);
}

/** The mail that tells an order's customer of an event. */
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

/** The mail of a password reset. Somebody sits and waits for it. */
export function resetMailJob(resetId: string): NewJob {
  return {
    id: mailJobId(resetId),
    name: MAIL_JOB,
    priority: 'high',
    data: { kind: 'password.reset', resetId },
    eventId: null,
  };
}

import { createPurgeSchedule } from '../../jobs/index.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Module } from '../module.ts';
import { MAIL_QUEUE } from './mail-job.ts';
import { planNotifications } from './plan-notifications.ts';
import { purgeMail } from './queries.ts';
import { createSendMail, type SendMailDependencies } from './send-mail.ts';

const PURGE_INTERVAL_MS = 60 * 60_000;

export interface NotificationsDependencies
  extends Omit<SendMailDependencies, 'openReset' | 'signOrderToken'> {
  readonly accounts: Pick<Accounts, 'openReset' | 'signOrderToken'>;
}

/** Creates the module. It has no callers: it follows the log, and a reset's mail is a job. */
export function createNotifications({
  accounts: { openReset, signOrderToken },
  ...sending
}: NotificationsDependencies): Module<null> {
  const { database, mailer } = sending;
  return {
    api: null,
    jobs: [createSendMail({ ...sending, openReset, signOrderToken })],
    concurrency: { [MAIL_QUEUE]: mailer.concurrencyMax },
    subscriptions: [planNotifications],
    schedules: [
      createPurgeSchedule(database, {
        name: 'notifications.purge-mail',
        everyMs: PURGE_INTERVAL_MS,
        purges: [purgeMail],
      }),
    ],
  };
}

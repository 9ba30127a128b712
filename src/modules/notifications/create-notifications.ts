import type { Accounts } from '../accounts/index.ts';
import type { Module } from '../module.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { MAIL_QUEUE } from './mail-job.ts';
import { createMailSending, type MailSendingOptions } from './mail-sending.ts';
import { notificationsPersonalData } from './personal-data/part.ts';
import { planNotifications } from './plan-notifications.ts';
import { purgeMail } from './queries.ts';
import {
  type AccountMailDependencies,
  createAccountMailSender,
  createSendAccountMail,
} from './send-account-mail.ts';
import { createSendMail, type SendMailDependencies } from './send-mail.ts';

const PURGE_INTERVAL_MS = 60 * 60_000;

export interface NotificationsDependencies
  extends MailSendingOptions,
    Omit<SendMailDependencies, 'signOrderToken'>,
    Omit<AccountMailDependencies, 'openAccountMail'> {
  readonly accounts: Pick<Accounts, 'openAccountMail' | 'signOrderToken'>;
}

export interface Notifications {
  readonly personalData: PersonalDataPart;
}

/** Creates the module. It has no callers: it follows the log, and a mail about an account is a job. */
export function createNotifications({
  accounts: { openAccountMail, signOrderToken },
  ...given
}: NotificationsDependencies): Module<Notifications> {
  const { mailer } = given;
  const sending = createMailSending(given);
  const accountMail = { ...given, openAccountMail };
  const sendAccountMail = createAccountMailSender(accountMail, sending);
  return {
    api: { personalData: notificationsPersonalData },
    jobs: [
      createSendMail({ ...given, signOrderToken }, sending, sendAccountMail),
      createSendAccountMail(accountMail, sendAccountMail),
    ],
    concurrency: { [MAIL_QUEUE]: mailer.concurrencyMax },
    subscriptions: [planNotifications],
    purges: [
      {
        name: 'notifications.purge-mail',
        everyMs: PURGE_INTERVAL_MS,
        slices: { mails: purgeMail },
      },
    ],
  };
}

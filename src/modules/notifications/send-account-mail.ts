import type { JobDefinition, RunningJob } from '../../jobs/index.ts';
import type { AccountMail, OpenedAccountMail } from '../accounts/index.ts';
import { mailBackoff } from './mail-backoff.ts';
import { ACCOUNT_MAIL_JOB, MAIL_QUEUE } from './mail-job.ts';
import { DEADLINE_MS, type MailSending } from './mail-sending.ts';
import { getWording } from './wordings.ts';

export interface AccountMailDependencies {
  /** In production the text of captured mail is not stored either. */
  readonly production: boolean;
  /** The URL below which the console is. */
  readonly consoleUrl: string;
  /** Returns what a mail is written from, or null if it is no longer due. */
  readonly openAccountMail: (mail: AccountMail) => Promise<OpenedAccountMail | null>;
  readonly attemptsMax: number;
  readonly retryBaseSeconds: number;
}

export type SendAccountMail = (job: RunningJob, mail: AccountMail) => Promise<void>;

/** Creates the function that sends a mail about an account and finishes its job. It is written when it is sent. */
export function createAccountMailSender(
  { openAccountMail, production, consoleUrl }: AccountMailDependencies,
  { delivers, settings, send, end }: MailSending,
): SendAccountMail {
  return async (job, data) => {
    const [content, current] = await Promise.all([openAccountMail(data), settings.read()]);
    if (content === null) return end({ job, data, mail: null });
    const { userId, recipient } = content;
    const wording = getWording(current.wording);
    const text = wording.writeAccountMail(data.kind, content, { ...current, consoleUrl });
    await send(job, recipient, text, current);
    // Its link grants access to an account, so only its recipient may have it. Captured mail has no recipient: stored in
    // production, the link would give any reader of the table access to any admin's account.
    const storesText = !delivers && !production;
    const facts = {
      recipient,
      greetedName: '',
      paymentNote: null,
      payByMs: null,
      isGuest: false,
      omitsOwnWords: false,
    };
    const mail = { userId, facts, settings: current, text: storesText ? text : null };
    await end({ job, data, mail });
  };
}

/** Creates the job that sends mails about accounts. */
export function createSendAccountMail(
  { attemptsMax, retryBaseSeconds }: AccountMailDependencies,
  sendAccountMail: SendAccountMail,
): JobDefinition {
  return {
    name: ACCOUNT_MAIL_JOB,
    queue: MAIL_QUEUE,
    attemptsMax,
    retryDelayMs: mailBackoff(retryBaseSeconds),
    deadlineMs: DEADLINE_MS,
    run: (job) => sendAccountMail(job, job.data as unknown as AccountMail),
  };
}

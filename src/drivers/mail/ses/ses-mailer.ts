import {
  BadRequestException,
  MessageRejected,
  SESv2Client,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import MailComposer from 'nodemailer/lib/mail-composer';
import { composeMessage, getDomain } from '../compose-message.ts';
import { extractMessageId, type Mailer, MailRefusedError, type Sender } from '../mailer.ts';

export interface SesMailerOptions {
  readonly region: string;
  /** Null: AWS itself. */
  readonly endpointUrl: string | null;
  readonly sender: Sender;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** More would only come sooner to an account's quota, which is 14 mails a second until it is raised. */
const AT_ONCE_MAX = 20;

/**
 * Sends by AWS SES, version 2 of its API; credentials come by AWS's own chain. SES puts a `Message-ID` of its own in the
 * place of ours and knows no key that makes a repeat harmless, so the mail's id goes with it as the tag `holdfast-mail-id`,
 * by which its events are matched. Source: SES API v2 reference, SendEmail, and developer guide, "Header fields".
 */
export function createSesMailer({
  region,
  endpointUrl,
  sender,
  timeoutMs = TIMEOUT_MS,
}: SesMailerOptions): Mailer {
  const client = new SESv2Client({
    region,
    ...(endpointUrl === null ? {} : { endpoint: endpointUrl }),
    // The job is what tries again, and counts.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  return {
    kind: 'ses',
    atOnceMax: AT_ONCE_MAX,
    async send(mail, { signal } = {}) {
      signal?.throwIfAborted();
      const message = new MailComposer(composeMessage(mail, sender)).compile();
      const command = new SendEmailCommand({
        FromEmailAddress: sender.address,
        // As in the envelope: host names in letters that SES takes.
        Destination: { ToAddresses: message.getEnvelope().to },
        Content: { Raw: { Data: await message.build() } },
        EmailTags: [{ Name: 'holdfast-mail-id', Value: mail.id }],
      });
      try {
        await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        throw isRefusal(error) ? new MailRefusedError(error.message, { cause: error }) : error;
      }
    },
    getMessageId: (mail) => extractMessageId(getDomain(sender), mail),
    async close() {
      client.destroy();
    },
  };
}

/** About this message. Quotas, pauses and an identity that is not verified are about the account, and pass. */
function isRefusal(error: unknown): error is Error {
  return error instanceof MessageRejected || error instanceof BadRequestException;
}

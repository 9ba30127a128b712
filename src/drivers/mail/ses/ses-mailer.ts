import {
  BadRequestException,
  MessageRejected,
  SESv2Client,
  SendEmailCommand,
} from '@aws-sdk/client-sesv2';
import MailComposer from 'nodemailer/lib/mail-composer';
import { composeMessage, getDomain } from '../compose-message.ts';
import { MailRefusedError, type SendingMailer } from '../mailer.ts';

export interface SesMailerOptions {
  readonly region: string;
  /** Null: AWS itself. */
  readonly endpointUrl: string | null;
  /** The address of the sender. */
  readonly from: string;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** More would only reach an account's quota sooner, which is 14 mails a second until it is raised. */
const AT_ONCE_MAX = 20;

/**
 * Sends through AWS SES, version 2 of its API. Credentials come from AWS's default chain. SES replaces our `Message-ID`
 * with its own and has no idempotency key, so the mail's id is sent as the tag `holdfast-mail-id`, which identifies its
 * events. Source: SES API v2 reference, SendEmail, and developer guide, "Header fields".
 */
export function createSesMailer({
  region,
  endpointUrl,
  from,
  timeoutMs = TIMEOUT_MS,
}: SesMailerOptions): SendingMailer {
  const client = new SESv2Client({
    region,
    ...(endpointUrl === null ? {} : { endpoint: endpointUrl }),
    // The job retries, and counts its attempts.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: Math.min(timeoutMs, CONNECT_TIMEOUT_MS),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
    },
  });
  return {
    kind: 'ses',
    concurrencyMax: AT_ONCE_MAX,
    messageIdDomain: getDomain(from),
    async send(mail, { signal } = {}) {
      signal?.throwIfAborted();
      const message = new MailComposer(composeMessage(mail, from)).compile();
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        // From the envelope, where nodemailer encodes host names in ASCII, as SES requires.
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
    async close() {
      client.destroy();
    },
  };
}

/**
 * Returns whether the error is about this message. Quotas, pauses and an unverified identity concern the account and
 * are temporary.
 */
function isRefusal(error: unknown): error is Error {
  return error instanceof MessageRejected || error instanceof BadRequestException;
}

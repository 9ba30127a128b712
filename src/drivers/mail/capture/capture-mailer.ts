import type { Mailer } from '../mailer.ts';

/** A reserved domain from which no mail can come. Source: RFC 6761 §6.4. */
const DOMAIN = 'holdfast.invalid';
/** A larger batch is no cheaper: records of the mails of one batch are written together. */
const AT_ONCE_MAX = 200;

/** Creates a mailer that sends nothing. From the record of a mail, which is written for every driver, it can be shown. */
export function createCaptureMailer(): Mailer {
  return {
    kind: 'capture',
    concurrencyMax: AT_ONCE_MAX,
    messageIdDomain: DOMAIN,
    send: null,
    async close() {},
  };
}

import { assertHeaders, extractMessageId, type Mailer } from '../mailer.ts';

/** Sources of the name: RFC 6761 §6.4. No mail of it can come from anywhere. */
const DOMAIN = 'holdfast.invalid';
/** As large as a batch whose records are written together is worth being: twice as many were no cheaper. */
const AT_ONCE_MAX = 200;

/** Sends nothing: the record of the mail, which is made whatever the driver, is all there is, and shows all of it. */
export function createCaptureMailer(): Mailer {
  return {
    kind: 'capture',
    atOnceMax: AT_ONCE_MAX,
    async send(mail, { signal } = {}) {
      signal?.throwIfAborted();
      assertHeaders(mail);
    },
    getMessageId: (mail) => extractMessageId(DOMAIN, mail),
    async close() {},
  };
}

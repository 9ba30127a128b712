export interface Mail {
  /**
   * A UUID, the same on every attempt. The `Message-ID` is derived from it, by which mailboxes recognize a duplicate.
   */
  readonly id: string;
  /** The name of the sender, the shop's, as mailboxes show it. The driver knows the address. */
  readonly fromName: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailerOptions {
  /** Fires when the caller abandons this attempt. */
  readonly signal?: AbortSignal;
}

/** The port to the mail server. */
export interface Mailer {
  readonly kind: 'capture' | 'smtp' | 'ses';
  /** How many mails may be handed over at a time: few enough that the last one is sent before its caller gives up. */
  readonly concurrencyMax: number;
  /** The domain of the `Message-ID`, see `buildMessageId`. */
  readonly messageIdDomain: string;
  /** Null if mail is captured: nothing is sent, so callers need not write it. */
  readonly send: SendMail | null;
  /** Closes the connections. Mails being sent are cut off. */
  close(): Promise<void>;
}

/** A mailer that really sends. */
export interface SendingMailer extends Mailer {
  readonly send: SendMail;
}

/**
 * Resolves when the mail has been handed over. Throws `MailRefusedError` if the server will never accept it. After any
 * other rejection the mail may or may not have been accepted, and the same mail may be sent again.
 */
export type SendMail = (mail: Mail, options?: MailerOptions) => Promise<void>;

/** The server permanently refuses this address or this message. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';
}

/**
 * Returns a mail's `Message-ID` without its angle brackets, in the domain of the sender, because some filters check
 * that. Source: RFC 5322 §3.6.4.
 */
export function buildMessageId(domain: string, id: string): string {
  return `${id}@${domain}`;
}

/**
 * Rejects text that could break out of a header of the message: control characters, above all CR and LF. Every driver
 * calls it before sending. Throws RangeError, because our own templates never contain any.
 */
export function assertHeaders(mail: Mail): void {
  for (const text of [mail.fromName, mail.to, mail.subject]) {
    if (/\p{Cc}|[\u2028\u2029]/u.test(text)) {
      throw new RangeError('a mail header contains a control character');
    }
  }
}

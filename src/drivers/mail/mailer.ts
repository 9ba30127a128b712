export interface Mail {
  /** A UUID, the same on every try. The `Message-ID` is made of it, by which mailboxes know a message that came twice. */
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MailerOptions {
  /** Fires when the caller gives this try up. */
  readonly signal?: AbortSignal;
}

/** The port to the mail server. */
export interface Mailer {
  /** `capture` sends nothing: whoever records the mail has all of it. */
  readonly kind: 'capture' | 'smtp' | 'ses';
  /** How many mails it bears to be handed at a time: so few that the last of them is through before its caller gives up. */
  readonly atOnceMax: number;
  /**
   * Resolves when the mail has been handed over. Throws `MailRefusedError` when the server will never take it; any other
   * rejection leaves open whether it was taken, and the same mail may be sent again.
   */
  send(mail: Mail, options?: MailerOptions): Promise<void>;
  /** The `Message-ID` that a mail bears, without its angle brackets. Source: RFC 5322 §3.6.4. */
  getMessageId(mail: { readonly id: string }): string;
  /** Ends its connections. What is being sent is cut off. */
  close(): Promise<void>;
}

/** The server refuses this address or this message for good. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';
}

/** Who mail comes from. */
export interface Sender {
  /** The shop's name, as mailboxes show it. */
  readonly name: string;
  readonly address: string;
}

/** In the domain of the sender, since some filters look for that. */
export function extractMessageId(domain: string, { id }: { readonly id: string }): string {
  return `${id}@${domain}`;
}

/**
 * Refuses what could break out of a header of the message: control characters, CR and LF first of all. Every driver
 * calls it before it sends. Throws RangeError, since our own templates never bring any.
 */
export function assertHeaders(mail: Mail): void {
  for (const text of [mail.to, mail.subject]) {
    if (/\p{Cc}|[\u2028\u2029]/u.test(text)) {
      throw new RangeError('a mail header holds a control character');
    }
  }
}

import type { SendMailOptions } from 'nodemailer';
import { assertHeaders, buildMessageId, type Mail } from './mailer.ts';

/**
 * Builds nodemailer's message from a mail, as text and HTML. The message is marked as automatic, so that no other
 * machine replies. `from` is the address of the sender. Source: RFC 3834 §5. Throws RangeError on a control character in a header.
 */
export function composeMessage(mail: Mail, from: string): SendMailOptions {
  assertHeaders(mail);
  return {
    from: { name: mail.fromName, address: from },
    // An object, because a string would be parsed and could name several addresses.
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${buildMessageId(getDomain(from), mail.id)}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    // Text from customers must not make nodemailer read a file or call an address of ours.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Returns the domain of an e-mail address. */
export function getDomain(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

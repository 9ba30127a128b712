import type { SendMailOptions } from 'nodemailer';
import { assertHeaders, extractMessageId, type Mail, type Sender } from './mailer.ts';

/**
 * A mail as nodemailer composes it, in text and HTML. It says that a machine wrote it, so that no other machine answers.
 * Source: RFC 3834 §5. Throws RangeError on a control character in a header.
 */
export function composeMessage(mail: Mail, sender: Sender): SendMailOptions {
  assertHeaders(mail);
  return {
    from: { name: sender.name, address: sender.address },
    // An object, since a text would be parsed, and an address could then name several.
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    messageId: `<${extractMessageId(getDomain(sender), mail)}>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    // Nothing that a customer wrote can make it read a file or an address of ours.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

export function getDomain({ address }: Sender): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

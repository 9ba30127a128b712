import type { MailContent } from './mail-content.ts';

/** Writes the mail with the link for choosing a new password. Without a name, because it may reach a stranger. */
export function writeResetMail(token: string, publicUrl: string): MailContent {
  return {
    subject: 'Choose a new password',
    greeting: 'Hello,',
    paragraphs: [
      'Someone, hopefully you, requested a new password for the account with this address.',
      'The link below works once, within 30 minutes of the request.',
      'If it was not you, ignore this mail: your password is unchanged.',
    ],
    order: null,
    link: { label: 'Choose a new password', url: `${publicUrl}/shop/reset?token=${token}` },
  };
}

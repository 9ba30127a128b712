import type { MailContent } from './mail-content.ts';

/** The letter with the link to the page where a new password is chosen. No name, as it may go to a stranger. */
export function writeResetMail(token: string, publicUrl: string): MailContent {
  return {
    subject: 'Choose a new password',
    greeting: 'Hello,',
    paragraphs: [
      'Somebody, hopefully you, asked for a new password for the account with this address.',
      'The link below works once, within 30 minutes of when it was asked for.',
      'If it was not you, there is nothing to do: your password stays as it is.',
    ],
    order: null,
    link: { label: 'Choose a new password', url: `${publicUrl}/shop/reset?token=${token}` },
  };
}

import { createCaptureMailer } from '../drivers/mail/capture/capture-mailer.ts';
import type { Mailer } from '../drivers/mail/mailer.ts';
import { createSesMailer } from '../drivers/mail/ses/ses-mailer.ts';
import { createSmtpMailer } from '../drivers/mail/smtp/smtp-mailer.ts';
import type { MailChoice } from './mail-choice.ts';

export function createMailer(choice: MailChoice): Mailer {
  switch (choice.kind) {
    case 'capture':
      return createCaptureMailer();
    case 'smtp':
      return createSmtpMailer(choice);
    case 'ses':
      return createSesMailer(choice);
  }
}

import { createCaptureMailer } from '../../drivers/mail/capture/capture-mailer.ts';
import type { Mailer } from '../../drivers/mail/mailer.ts';
import type { MailChoice } from '../config/mail-choice.ts';

/** Creates the chosen mailer, without loading the libraries of other drivers. */
export async function createMailer(choice: MailChoice): Promise<Mailer> {
  switch (choice.kind) {
    case 'capture':
    // Never called: an API server works on no jobs.
    case 'elsewhere':
      return createCaptureMailer();
    case 'smtp': {
      const { createSmtpMailer } = await import('../../drivers/mail/smtp/smtp-mailer.ts');
      return createSmtpMailer(choice);
    }
    case 'ses': {
      const { createSesMailer } = await import('../../drivers/mail/ses/ses-mailer.ts');
      return createSesMailer(choice);
    }
  }
}

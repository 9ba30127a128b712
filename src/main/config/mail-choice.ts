import { requiresSmtpTls } from './connections.ts';
import type { Insecurity } from './variables.ts';

export type MailChoice =
  /** No mail is sent; the console shows it. */
  | { readonly kind: 'capture' }
  /** Workers send it; this API server does not have the address of the mail server, which contains its password. */
  | { readonly kind: 'elsewhere' }
  | {
      readonly kind: 'smtp';
      readonly url: string;
      /** Whether mail is sent over TLS only, and not merely if the server offers it. */
      readonly requiresTls: boolean;
      readonly from: string;
    }
  | {
      readonly kind: 'ses';
      readonly region: string;
      /** Null: AWS itself. */
      readonly endpointUrl: string | null;
      readonly from: string;
    };

/** The variables for mail. */
export interface MailValues {
  ROLE?: 'all' | 'api' | 'worker';
  NODE_ENV?: 'development' | 'production' | 'test';
  ALLOW_INSECURE?: readonly Insecurity[];
  MAIL_DRIVER?: 'capture' | 'smtp' | 'ses';
  MAIL_FROM?: string;
  SMTP_URL?: string;
  AWS_REGION?: string;
  AWS_ENDPOINT_URL?: string;
}

/** Chooses from values that have no `mailFaults`. */
export function chooseMail(values: MailValues): MailChoice {
  const from = values.MAIL_FROM ?? '';
  switch (values.MAIL_DRIVER) {
    case 'smtp': {
      const { SMTP_URL: url } = values;
      if (url === undefined) return { kind: 'elsewhere' };
      return { kind: 'smtp', url, requiresTls: requiresSmtpTls(values, url), from };
    }
    case 'ses':
      return {
        kind: 'ses',
        region: values.AWS_REGION ?? '',
        endpointUrl: values.AWS_ENDPOINT_URL ?? null,
        from,
      };
    default:
      return { kind: 'capture' };
  }
}

/** Returns a sentence for each missing variable, and for each that contradicts the driver. */
export function mailFaults(values: MailValues): string[] {
  const { MAIL_DRIVER: driver } = values;
  const faults: string[] = [];
  if (driver === undefined && values.NODE_ENV === 'production') {
    faults.push(
      'MAIL_DRIVER is missing: production requires smtp or ses, or explicitly capture, which sends nothing, so nobody can reset a password by mail.',
    );
  } else if (driver === undefined && values.SMTP_URL !== undefined) {
    faults.push(
      'SMTP_URL is set, but without MAIL_DRIVER no mail is sent: set MAIL_DRIVER=smtp, or MAIL_DRIVER=capture to keep this.',
    );
  }
  // API servers send no mail.
  if (driver === 'smtp' && values.SMTP_URL === undefined && values.ROLE !== 'api') {
    faults.push(
      'SMTP_URL is missing: MAIL_DRIVER=smtp requires the mail server, such as smtp://user:password@host:587.',
    );
  }
  if (driver === 'ses' && values.AWS_REGION === undefined) {
    faults.push(
      'AWS_REGION is missing: MAIL_DRIVER=ses requires the region of SES, such as eu-west-2.',
    );
  }
  if ((driver === 'smtp' || driver === 'ses') && values.MAIL_FROM === undefined) {
    faults.push(
      `MAIL_FROM is missing: MAIL_DRIVER=${driver} requires the sender's address, such as orders@shop.example.`,
    );
  }
  return faults;
}

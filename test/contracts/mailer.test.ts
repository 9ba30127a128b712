import { after } from 'node:test';
import { createSesMailer } from '../../src/drivers/mail/ses/ses-mailer.ts';
import { createSmtpMailer } from '../../src/drivers/mail/smtp/smtp-mailer.ts';
import { startFakeSes } from '../support/fake-ses.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { FROM, mailerContract, REFUSED } from './mailer-contract.ts';

// The credential chain of the AWS SDK checks these first.
process.env.AWS_ACCESS_KEY_ID = 'test';
process.env.AWS_SECRET_ACCESS_KEY = 'test';

const smtp = await startSmtpServer();
const ses = await startFakeSes();
smtp.refuses = (recipient) => (recipient === REFUSED ? 550 : null);
ses.refuses = (recipient) => recipient === REFUSED;

/** Short for the hanging server, long enough for a busy machine to respond within it. */
const timeoutMs = 3_000;
const region = 'eu-west-2';
const smtpMailer = createSmtpMailer({ url: smtp.url, requiresTls: false, from: FROM, timeoutMs });
const smtpNowhere = createSmtpMailer({
  url: 'smtp://127.0.0.1:1',
  requiresTls: false,
  from: FROM,
  timeoutMs,
});
const sesOptions = { region, from: FROM, timeoutMs };
const sesMailer = createSesMailer({ ...sesOptions, endpointUrl: ses.endpointUrl });
const sesNowhere = createSesMailer({ ...sesOptions, endpointUrl: 'http://127.0.0.1:1' });
after(() => Promise.all([smtpMailer, smtpNowhere, sesMailer, sesNowhere].map((it) => it.close())));

mailerContract('smtp', {
  mailer: smtpMailer,
  unreachable: smtpNowhere,
  received: smtp.received,
  temporaryFaults: {
    'a busy mailbox': () => {
      smtp.trouble = { at: 'recipient', code: 450 };
    },
    'a server without enough storage': () => {
      smtp.trouble = { at: 'data', code: 452 };
    },
    // 5xx, but about our own account: an operator fixes it, and no address is invalid.
    'a sender who is not allowed yet': () => {
      smtp.trouble = { at: 'sender', code: 550 };
    },
  },
  hang() {
    smtp.trouble = { at: 'hang' };
  },
  recover() {
    smtp.trouble = null;
  },
});

const sesAnswers = (status: number, name: string) => () => {
  ses.trouble = { status, name, message: 'not now' };
};
mailerContract('ses', {
  mailer: sesMailer,
  unreachable: sesNowhere,
  received: ses.received,
  temporaryFaults: {
    'an exhausted quota': sesAnswers(429, 'TooManyRequestsException'),
    'a paused account': sesAnswers(400, 'SendingPausedException'),
    'an unverified domain': sesAnswers(400, 'MailFromDomainNotVerifiedException'),
    'an internal error of SES': sesAnswers(500, 'InternalServiceErrorException'),
  },
  hang() {
    ses.trouble = 'hang';
  },
  recover() {
    ses.trouble = null;
  },
});

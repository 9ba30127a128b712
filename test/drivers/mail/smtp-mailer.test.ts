import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createSmtpMailer } from '../../../src/drivers/mail/smtp/smtp-mailer.ts';
import { buildMail, FROM } from '../../contracts/mailer-contract.ts';
import { startSmtpServer } from '../../support/smtp-server.ts';

const signIns: (string | null | undefined)[][] = [];
const guarded = await startSmtpServer({
  authMethods: ['PLAIN'],
  allowInsecureAuth: true,
  disabledCommands: ['STARTTLS'],
  onAuth({ username, password }, _session, done) {
    signIns.push([username, password]);
    if (password === 'p@ss/word') done(null, { user: username ?? '' });
    else done(new Error('wrong password'));
  },
});
// The certificate that comes with smtp-server is self-signed.
const encrypted = await startSmtpServer({ secure: true });

const upgradable = await startSmtpServer({ disabledCommands: ['AUTH'] });

function mailerAt(url: string, requiresTls = false) {
  const mailer = createSmtpMailer({ url, requiresTls, from: FROM, timeoutMs: 5_000 });
  after(() => mailer.close());
  return mailer;
}

function withCredentials(url: string, credentials: string): string {
  return url.replace('//', `//${credentials}@`);
}

test('the user and password of the URL are decoded', async () => {
  await mailerAt(withCredentials(guarded.url, 'shop%40example:p%40ss%2Fword')).send(buildMail());
  assert.deepEqual(signIns.at(-1), ['shop@example', 'p@ss/word']);
});

test('a wrong password does not count as a refused address, so mails are retried', async () => {
  await assert.rejects(
    mailerAt(withCredentials(guarded.url, 'shop:wrong')).send(buildMail()),
    (error: Error) => error.name !== 'MailRefusedError',
  );
});

test('an untrusted certificate is rejected, and nothing is sent', async () => {
  const url = encrypted.url.replace('smtp:', 'smtps:');
  await assert.rejects(
    mailerAt(url).send(buildMail()),
    (error: NodeJS.ErrnoException) =>
      error.name !== 'MailRefusedError' && /cert/i.test(error.message),
  );
  assert.deepEqual(encrypted.received, []);
});

test('a server without STARTTLS gets neither password nor mail if TLS is required', async () => {
  const [mails, tries] = [guarded.received.length, signIns.length];
  const url = withCredentials(guarded.url, 'shop:p%40ss%2Fword');
  await assert.rejects(mailerAt(url, true).send(buildMail()), /STARTTLS/);
  assert.deepEqual([guarded.received.length, signIns.length], [mails, tries]);
});

test('an untrusted certificate is rejected after STARTTLS too, whether TLS is required or not', async () => {
  for (const requiresTls of [true, false]) {
    await assert.rejects(mailerAt(upgradable.url, requiresTls).send(buildMail()), /certificate/);
  }
  assert.deepEqual(upgradable.received, []);
});

test('an address cannot add another recipient', async () => {
  const to = '"a b, eve@example.com"@example.com';
  await mailerAt(withCredentials(guarded.url, 'shop:p%40ss%2Fword'))
    .send(buildMail({ to }))
    .catch(() => {});
  const recipients = guarded.received.flatMap(({ envelopeTo }) => envelopeTo);
  assert.equal(recipients.includes('eve@example.com'), false);
});

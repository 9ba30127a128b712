import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import {
  buildMessageId,
  type Mail,
  MailRefusedError,
  type SendingMailer,
} from '../../src/drivers/mail/mailer.ts';
import { newId } from '../../src/shared/ids.ts';
import type { ReceivedMail } from '../support/smtp-server.ts';

export const FROM = 'orders@shop.example';
export const REFUSED = 'refused@example.com';

/** A driver with its server, or with a fake of it. */
export interface MailerBench {
  readonly mailer: SendingMailer;
  /** The same driver with an unreachable address. */
  readonly unreachable: SendingMailer;
  /** The mails that the server has accepted. */
  readonly received: readonly ReceivedMail[];
  /** The temporary faults, by name. Each makes the server accept no mail until it recovers. */
  readonly temporaryFaults: Readonly<Record<string, () => void>>;
  /** Makes the server stop responding. */
  hang(): void;
  recover(): void;
}

export function buildMail(changes: Partial<Mail> = {}): Mail {
  return {
    id: newId(),
    fromName: 'Zoë’s Kitchen, "the best"',
    to: 'ada@example.com',
    subject: 'Your order 100023 is confirmed',
    text: 'A line\n.\n..dots\nFrom here\n£12.95 for Crème brûlée\n',
    html: `<p>${'a long line '.repeat(200)}</p>\n<p>£12.95 &amp; 日本</p>\n`,
    ...changes,
  };
}

/** Tests what notifications rely on, whichever driver sends. */
export function mailerContract(name: string, bench: MailerBench): void {
  const { mailer } = bench;
  const receivedBy = (to: string) => bench.received.filter((it) => it.envelopeTo.includes(to));
  const messageId = ({ id }: Mail) => `<${buildMessageId(mailer.messageIdDomain, id)}>`;
  afterEach(() => bench.recover());

  test(`${name}: a control character never reaches a header`, async () => {
    const count = bench.received.length;
    for (const changes of [
      { to: 'ada@example.com\r\nBcc: eve@example.com' },
      { to: 'ada@example.com\n' },
      { subject: 'Hello\r\nX-Evil: yes' },
      { subject: 'a\u2028b' },
      { fromName: 'Shop\r\nX-Evil: yes' },
    ]) {
      await assert.rejects(mailer.send(buildMail(changes)), RangeError);
    }
    assert.equal(bench.received.length, count);
  });

  test(`${name}: an attempt that is aborted before it starts sends nothing`, async () => {
    const mail = buildMail({ to: 'never@example.com' });
    await assert.rejects(mailer.send(mail, { signal: AbortSignal.abort() }));
    assert.deepEqual(receivedBy(mail.to), []);
  });

  test(`${name}: a mail arrives complete, from the shop, and marked as generated automatically`, async () => {
    const mail = buildMail({ to: 'whole@example.com', subject: 'Ünïcode – № 100023 日本' });
    await mailer.send(mail);
    const [arrived, ...others] = receivedBy(mail.to);
    assert.deepEqual(others, []);
    assert.ok(arrived);
    assert.equal(arrived.envelopeFrom, FROM);
    assert.deepEqual(arrived.envelopeTo, [mail.to]);
    assert.equal(arrived.headers.to, mail.to);
    assert.equal(arrived.headers.subject, mail.subject);
    assert.ok(arrived.headers.from?.includes(`<${FROM}>`));
    assert.ok(arrived.headers.from?.replaceAll('\\', '').includes(mail.fromName));
    assert.equal(arrived.headers['message-id'], messageId(mail));
    assert.equal(arrived.headers['auto-submitted'], 'auto-generated');
    assert.equal(arrived.text.trimEnd(), mail.text.trimEnd());
    assert.equal(arrived.html.trimEnd(), mail.html.trimEnd());
  });

  test(`${name}: the same mail sent again has the same Message-ID`, async () => {
    const mail = buildMail({ to: 'again@example.com' });
    await mailer.send(mail);
    await mailer.send(mail);
    assert.deepEqual(
      receivedBy(mail.to).map(({ headers }) => headers['message-id']),
      [messageId(mail), messageId(mail)],
    );
  });

  test(`${name}: twenty mails at once all arrive`, async () => {
    const mails = Array.from({ length: 20 }, (_, index) =>
      buildMail({ to: `many-${index}@example.com` }),
    );
    await Promise.all(mails.map((mail) => mailer.send(mail)));
    for (const mail of mails) assert.equal(receivedBy(mail.to).length, 1);
  });

  test(`${name}: a permanently refused address is reported as such and affects no other mail`, async () => {
    const mail = buildMail({ to: 'beside@example.com' });
    const [refused, sent] = await Promise.allSettled([
      mailer.send(buildMail({ to: REFUSED })),
      mailer.send(mail),
    ]);
    assert.ok(refused.status === 'rejected' && refused.reason instanceof MailRefusedError);
    assert.equal(sent.status, 'fulfilled');
    assert.equal(receivedBy(mail.to).length, 1);
  });

  for (const [fault, begin] of Object.entries(bench.temporaryFaults)) {
    test(`${name}: ${fault} is no refusal, and the mail is sent once it is over`, async () => {
      const mail = buildMail({ to: `${fault.replaceAll(/\W+/g, '-')}@example.com` });
      begin();
      await assert.rejects(mailer.send(mail), isTemporary);
      bench.recover();
      await mailer.send(mail);
      assert.equal(receivedBy(mail.to).length, 1);
    });
  }

  test(`${name}: an unreachable server is no refusal`, async () => {
    await assert.rejects(bench.unreachable.send(buildMail()), isTemporary);
  });

  test(`${name}: a server that hangs causes a timeout`, async () => {
    bench.hang();
    await assert.rejects(mailer.send(buildMail({ to: 'hanging@example.com' })), isTemporary);
  });

  test(`${name}: a caller that aborts ends the attempt at once`, async () => {
    bench.hang();
    const caller = new AbortController();
    const sending = mailer.send(buildMail({ to: 'given-up@example.com' }), {
      signal: caller.signal,
    });
    caller.abort();
    await assert.rejects(sending, isTemporary);
  });
}

function isTemporary(error: unknown): boolean {
  assert.ok(error instanceof Error && !(error instanceof MailRefusedError), String(error));
  return true;
}

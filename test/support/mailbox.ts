import assert from 'node:assert/strict';
import type { ReceivedMail, TestSmtpServer } from './smtp-server.ts';
import { until } from './until.ts';

/** Returns the token of the link in a mail, and checks that it is in the fragment of a page below `/shop`. */
export function findToken({ text }: Pick<ReceivedMail, 'text'>, page: string): string {
  const [, found, token] = /\/shop(\/[a-z-]+)#token=([\w-]+)/.exec(text) ?? [];
  assert.equal(found, page, text);
  return token!;
}

/** Returns what waits until an address has received `count` mails with a subject, and returns the last one. */
export function createMailboxes(smtp: Pick<TestSmtpServer, 'received'>) {
  return async (address: string, subject: string, count = 1): Promise<ReceivedMail> => {
    const find = () =>
      smtp.received.filter(
        (mail) => mail.envelopeTo.includes(address) && mail.headers.subject === subject,
      );
    await until(async () => {
      const subjects = smtp.received.map(
        ({ envelopeTo, headers }) => `${envelopeTo}: ${headers.subject}`,
      );
      assert.ok(find().length >= count, `${address}: ${subject} of ${subjects.join(' | ')}`);
    });
    assert.equal(find().length, count);
    return find().at(-1)!;
  };
}

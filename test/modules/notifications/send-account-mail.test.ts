import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AccountMail, noticeKinds } from '../../../src/modules/accounts/index.ts';
import { listMails } from '../../../src/modules/notifications/index.ts';
import { MAIL_JOB } from '../../../src/modules/notifications/mail-job.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { query } from '../../support/until.ts';
import { createMailFixture } from './mail-fixture.ts';

const { database, url } = await testDatabase();

const kinds: readonly AccountMail['kind'][] = [
  'password.reset',
  'email.verify',
  'email.confirm',
  'email.taken',
  ...noticeKinds.map((kind) => `account.${kind}` as const),
];

const userId = newId();

async function openAccountMail({ id }: AccountMail) {
  const facts = { at: new Date(), address: '192.0.2.7', browser: null, factor: null };
  const recipient = `${id}@example.com`;
  return { userId, recipient, isStaff: true, token: 'secret-token', notice: facts };
}

describe('a mail about an account', () => {
  test('of each kind is sent and listed by kind, recipient and subject, without its text', async () => {
    const fixture = await createMailFixture(database, { openAccountMail });
    const jobs = kinds.map(fixture.accountJob);
    await Promise.all((await fixture.claim(jobs)).map(fixture.run));
    const sent = new Map(fixture.server.accepted.map((mail) => [mail.id, mail]));
    const shown = (await listMails(database, null, 100)).filter(({ id }) => sent.has(id));
    assert.deepEqual(shown.map(({ kind }) => kind).sort(), [...kinds].sort());
    const records = await query(url, 'select id, user_id from mail_messages where id = any($1)', [
      [...sent.keys()],
    ]);
    assert.deepEqual(new Set(records.map((row) => row.user_id)), new Set([userId]));
    for (const { id, to, subject, text, html, orderId } of shown) {
      const mail = sent.get(id)!;
      assert.deepEqual(
        [to, subject, text, html, orderId],
        [mail.to, mail.subject, null, null, null],
      );
    }
  });

  test('has the token of its link, if any, only in the fragment', async () => {
    const fixture = await createMailFixture(database, { openAccountMail });
    await Promise.all((await fixture.claim(kinds.map(fixture.accountJob))).map(fixture.run));
    assert.equal(fixture.server.accepted.length, kinds.length);
    for (const { text, html } of fixture.server.accepted) {
      const bare = (text + html).replaceAll('#token=secret-token', '');
      assert.ok(!bare.includes('secret-token') && !bare.includes('token='), text);
    }
  });

  for (const production of [false, true]) {
    const title = production ? 'in production not even when' : 'outside production when';
    test(`is stored ${title} it is captured`, async () => {
      const options = { captures: true, production, openAccountMail };
      const fixture = await createMailFixture(database, options);
      const jobs = await fixture.claim(kinds.map(fixture.accountJob));
      await Promise.all(jobs.map(fixture.run));
      const ids = new Set(jobs.map(({ id }) => id));
      const shown = (await listMails(database, null, 100)).filter(({ id }) => ids.has(id));
      assert.equal(shown.length, kinds.length);
      assert.ok(
        shown.every(
          ({ text, html }) => (text === null) === production && (html === null) === production,
        ),
      );
    });
  }

  test('that is no longer due ends its job and leaves no record', async () => {
    const fixture = await createMailFixture(database, { openAccountMail: async () => null });
    const jobs = await fixture.claim([fixture.accountJob('email.verify')]);
    await fixture.run(jobs[0]!);
    assert.deepEqual(await fixture.outcome(jobs), { states: [null], recorded: [null] });
    assert.deepEqual(fixture.server.accepted, []);
  });

  test('of a reset that an earlier version queued is still sent', async () => {
    const fixture = await createMailFixture(database);
    const resetId = newId();
    const data = { kind: 'password.reset', resetId };
    const job = { ...fixture.accountJob('password.reset'), name: MAIL_JOB, data };
    const jobs = await fixture.claim([job]);
    await fixture.run(jobs[0]!);
    assert.deepEqual(
      fixture.server.accepted.map(({ to, subject }) => [to, subject]),
      [[`${resetId}@example.com`, 'Choose a new password']],
    );
    const recorded = [`${resetId}@example.com`];
    assert.deepEqual(await fixture.outcome(jobs), { states: [null], recorded });
  });
});

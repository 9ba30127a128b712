import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listMail } from '../../../src/modules/operations/list-mail.ts';
import { createCursors } from '../../../src/shared/pagination.ts';
import { testDatabase } from '../../support/database.ts';
import { coded } from '../../support/orders.ts';
import { createMailFixture } from '../notifications/mail-fixture.ts';

const { database } = await testDatabase();
const cursors = createCursors('thirty-two bytes of secret for tests');
const fixture = await createMailFixture(database, { captures: true });
for (const jobs of [
  await fixture.listJobs(await fixture.place()),
  [fixture.accountJob('password.reset')],
  // Recorded together, so both have the same time.
  (
    await Promise.all(
      [fixture.place(), fixture.place()].map(async (order) => fixture.listJobs(await order)),
    )
  ).flat(),
]) {
  await Promise.all((await fixture.claim(jobs)).map(fixture.run));
}
const kinds = ['order.placed', 'order.placed', 'password.reset', 'order.placed'];

describe('sent mail', () => {
  test('is listed newest first, each once, in pages', async () => {
    const ids: string[] = [];
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listMail(database, cursors, true, {
        limit: 1,
        ...(cursor === undefined ? {} : { cursor }),
      });
      ids.push(...page.data.map(({ id }) => id));
      seen.push(...page.data.map(({ kind }) => kind));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(seen, kinds);
    assert.equal(new Set(ids).size, kinds.length);
    const { data } = await listMail(database, cursors, true, {});
    assert.deepEqual(
      data.map(({ id }) => id),
      ids,
    );
  });

  test('hides the text of a password reset that was really sent, and no other text', async () => {
    for (const showResetText of [true, false]) {
      const { data } = await listMail(database, cursors, showResetText, {});
      assert.deepEqual(
        data.map(({ text, html }) => [text !== null, html !== null]),
        kinds.map((kind) => Array(2).fill(showResetText || kind !== 'password.reset')),
      );
    }
  });

  test('has the subject and, where it was captured outside production, the link of a reset', async () => {
    const { data } = await listMail(database, cursors, true, {});
    const reset = data.find(({ kind }) => kind === 'password.reset');
    assert.equal(reset?.subject, 'Choose a new password');
    assert.match(reset?.text ?? '', /\/shop\/reset#token=token/);
    assert.match(reset?.html ?? '', /\/shop\/reset#token=token/);
  });

  test('refuses a cursor of another list', async () => {
    const cursor = cursors.encode({ list: 'products' }, ['x', 'y']);
    await assert.rejects(
      listMail(database, cursors, true, { cursor }),
      coded('request.invalid_cursor'),
    );
  });
});

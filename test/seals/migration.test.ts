import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../src/database/migrate.ts';
import { sealLogs } from '../../src/seals/index.ts';
import { operatorAuthor } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { fact } from '../support/log.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { insertOldAudit, insertOldEvents } from '../support/old-form.ts';
import { assertAllSealed, newSealKeys } from '../support/seals.ts';
import { query } from '../support/until.ts';

const NUMBER = 41;

test('an upgrade leaves log and audit as they are, and the first run seals all of it', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const staffId = newId();
  await query(
    url,
    `insert into users (id, email, email_key, name, password_hash)
     values ($1, 'kim@shop.example', 'kim@shop.example', 'Kim', '$argon2id$')`,
    [staffId],
  );
  const actor = { type: 'user', id: staffId, role: 'kitchen' } as const;
  await insertOldEvents(database, [
    ...Array.from({ length: 5_000 }, () => fact()),
    fact({ actor, reason: 'Broken' }),
  ]);
  await insertOldAudit(database, operatorAuthor('test'), [
    { type: 'user.created', subjectId: staffId, before: null, after: { name: 'Kim' } },
    { type: 'product.created', subjectId: newId(), before: null, after: { name: 'Tart' } },
  ]);
  const rows =
    'select md5(string_agg(t::text, $1 order by position)) from (select * from events) t';
  const before = await query(url, rows, ['|']);
  await migrate(database);
  assert.deepEqual(await query(url, rows, ['|']), before);
  const keys = newSealKeys();
  const report = await sealLogs({ database, keys }, new AbortController().signal);
  assert.deepEqual(report.rows, { events: 5_001, audit: 2 });
  const seals = await assertAllSealed(database, keys);
  assert.equal(seals.length, 3);
  const texts = await query(
    url,
    `select from events where reason = 'Broken' union all select from audit where after ->> 'name' = 'Kim'`,
  );
  assert.deepEqual(texts, []);
});

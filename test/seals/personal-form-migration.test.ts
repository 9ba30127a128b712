import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPersonal, type StoredPersonal, storedPersonalColumns } from '../../src/audit/index.ts';
import { migrate } from '../../src/database/migrate.ts';
import { findHistory } from '../../src/events/index.ts';
import { bringIntoPersonalForm } from '../../src/seals/bring-into-personal-form.ts';
import type { Author } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { insertOldAudit, insertOldEvents } from '../support/old-form.ts';
import { query } from '../support/until.ts';

const NUMBER = 40;

test('an upgrade encrypts what the log and the audit say about people, and everything reads as before', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const [orderId, customerId, staffId] = [newId(), newId(), newId()];
  await query(
    url,
    `insert into users (id, email, email_key, name, password_hash)
     values ($1, 'ann@shop.example', 'ann@shop.example', 'Ann', '$argon2id$1'),
            ($2, 'kim@shop.example', 'kim@shop.example', 'Kim', '$argon2id$2')`,
    [customerId, staffId],
  );
  await query(
    url,
    `insert into orders (id, number, customer_id, status, vip, total_minor, currency, last_sequence)
     values ($1, '1', $2, 'PENDING', false, 0, 'GBP', 3)`,
    [orderId, customerId],
  );
  const actor = { type: 'user', id: staffId, role: 'admin' } as const;
  const cause = { requestId: null, traceId: null };
  const reasons = ['Ann came by', 'It was paid.', null];
  await insertOldEvents(
    database,
    reasons.map((reason, index) => ({
      type: index === 0 ? 'order.placed' : 'order.confirmed',
      orderId,
      customerId,
      sequence: index + 1,
      from: null,
      to: null,
      actor,
      reason,
      cause,
      data: { number: '1' },
    })),
  );
  const author: Author = {
    actor,
    cause,
    origin: { address: '203.0.113.7', userAgent: 'Anns browser' },
  };
  await insertOldAudit(database, author, [
    {
      type: 'user.changed',
      subjectId: customerId,
      before: { name: 'Ann', vip: false },
      after: { name: 'Anna', vip: true },
    },
    {
      type: 'user.created',
      subjectId: customerId,
      before: null,
      after: { email: 'ann@shop.example', name: 'Ann', role: 'customer' },
    },
    {
      type: 'product.changed',
      subjectId: newId(),
      before: { name: 'Tart' },
      after: { name: 'Cake' },
    },
  ]);
  const stored = async () => {
    const rows = await query(
      url,
      'select events::text as row from events union all select audit::text from audit',
    );
    return rows.map(({ row }) => row).join();
  };
  const marks = /Ann|ann@|203\.0|browser/;
  assert.match(await stored(), marks);

  await migrate(database);
  const read = async () => ({
    history: await findHistory(database, orderId),
    audit: (
      await database.run<StoredPersonal>(
        'test.audit',
        `select id, ${storedPersonalColumns} from audit as page order by position`,
        [],
      )
    ).map((row) => readPersonal(database.keyRing, row)),
  });
  const before = await read();
  assert.deepEqual(
    before.history.map(({ reason }) => reason),
    reasons,
  );
  assert.deepEqual(
    before.audit.map(({ before, after, address, userAgent }) => ({
      before,
      after,
      address,
      userAgent,
    })),
    [
      { before: { name: 'Ann', vip: false }, after: { name: 'Anna', vip: true } },
      { before: null, after: { email: 'ann@shop.example', name: 'Ann', role: 'customer' } },
      { before: { name: 'Tart' }, after: { name: 'Cake' } },
    ].map((fields) => ({ ...fields, address: '203.0.113.7', userAgent: 'Anns browser' })),
  );

  assert.equal(await bringIntoPersonalForm(database, new AbortController().signal), 4);
  assert.doesNotMatch(await stored(), marks);
  assert.match(await stored(), /It was paid\..*Tart/s);
  assert.deepEqual(await read(), before);
});

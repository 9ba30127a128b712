import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { listMails } from '../../../src/modules/notifications/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';

const MIGRATION = 19;

test('the migration keeps each mail as it was shown before, and what it tells of', async () => {
  const { database } = await openOldDatabase(MIGRATION);
  const [userId, orderId, eventId, readyId] = [newId(), newId(), newId(), newId()];
  await database.transaction(async (tx) => {
    await tx.run(
      'test.user',
      `insert into users (id, email, email_key, name, password_hash)
         values ($1::uuid, 'a@example.com', 'a@example.com', 'Ada', 'none')`,
      [userId],
    );
    await tx.run(
      'test.order',
      `insert into orders (id, number, customer_id, status, vip, total_minor, currency, last_sequence)
         values ($1::uuid, '1', $2::uuid, 'PENDING', false, 0, 'GBP', 2)`,
      [orderId, userId],
    );
    await tx.run(
      'test.events',
      `insert into events (id, type, order_id, sequence, actor_type, cause)
         values ($1::uuid, 'order.placed', $3::uuid, 1, 'system', '{}'),
                ($2::uuid, 'order.ready', $3::uuid, 2, 'system', '{}')`,
      [eventId, readyId, orderId],
    );
  });
  const old = [
    { kind: 'order.placed', text: 'One\n', domain: 'a.example', event: eventId },
    { kind: 'order.ready', text: 'Two\n', domain: 'b.example', event: readyId },
    { kind: 'password.reset', text: null, domain: 'b.example', event: null },
    { kind: 'password.reset', text: 'A link\n', domain: 'b.example', event: null },
    { kind: 'order.placed', text: 'Of no event', domain: 'b.example', event: newId() },
  ].map((mail, index) => ({ ...mail, id: newId(), sentAt: new Date(1_000 * (index + 1)) }));
  for (const { id, kind, text, domain, event, sentAt } of old) {
    await database.run(
      'test.mail',
      `insert into mail_messages (id, message_id, recipient, subject, text_body, html_body, kind, order_id,
                                    event_id, sent_at)
         values ($1::uuid, $1::text || '@' || $2::text, 'a@example.com', 'About ' || $3::text, $4::text,
                 '<p>' || $4::text, $3::text, $5::uuid, $6::uuid, $7::timestamptz)`,
      [id, domain, kind, text, event === null ? null : orderId, event, sentAt],
    );
  }
  await migrate(database);
  assert.deepEqual(
    await listMails(database, null, 10),
    old.toReversed().map(({ id, kind, text, domain, event, sentAt }) => ({
      id,
      messageId: `${id}@${domain}`,
      to: 'a@example.com',
      subject: `About ${kind}`,
      text,
      html: text === null ? null : `<p>${text}`,
      kind,
      orderId: event === null ? null : orderId,
      sentAt,
    })),
  );
  assert.deepEqual(
    await database.run('test.sequences', 'select sequence from mail_messages order by sent_at', []),
    [1, 2, null, null, 0].map((sequence) => ({ sequence })),
  );
  assert.deepEqual(await database.run('test.broken', 'select id from inv_mail_events', []), [
    { id: old.at(-1)?.id },
  ]);
});

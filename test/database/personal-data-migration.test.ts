import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../src/database/migrate.ts';
import { newId } from '../../src/shared/ids.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { addUser } from '../support/shop.ts';
import { query } from '../support/until.ts';

const NUMBER = 42;

test('an upgrade gives mails about accounts to who had the address then, and no other mail to anybody', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const owner = await addUser(database);
  const successor = await addUser(database);
  const emailOf = async (id: string) =>
    (await query(url, 'select email from users where id = $1', [id]))[0]!.email as string;
  const [ownersEmail, successorsEmail] = [await emailOf(owner.id), await emailOf(successor.id)];
  await query(
    url,
    `insert into mail_settings (wording, message_id_domain) values (0, 'shop.example')`,
  );
  await query(url, `update users set created_at = now() - interval '2 days' where id = $1`, [
    owner.id,
  ]);
  const insertMail = async (recipient: string, orderId: string | null, hoursAgo: number) => {
    const id = newId();
    await query(
      url,
      `insert into mail_messages (id, order_id, settings_id, sequence, kind, recipient, greeted_name, sent_at)
       select $1, $2::uuid, id, case when $2::uuid is not null then 1 end,
              case when $2::uuid is null then 'password.reset' else 'order.placed' end, $3, '',
              now() - $4::int * interval '1 hour'
         from mail_settings`,
      [id, orderId, recipient, hoursAgo],
    );
    return id;
  };
  const mails = {
    ofOwner: await insertMail(ownersEmail, null, 1),
    beforeSuccessor: await insertMail(successorsEmail, null, 1),
    aboutOrder: await insertMail(ownersEmail, newId(), 1),
    ofNobody: await insertMail('nobody@shop.example', null, 1),
  };

  await migrate(database);

  const rows = await query(url, 'select id, user_id from mail_messages');
  const userOf = new Map(rows.map(({ id, user_id }) => [id, user_id]));
  assert.equal(userOf.get(mails.ofOwner), owner.id);
  assert.equal(userOf.get(mails.beforeSuccessor), null);
  assert.equal(userOf.get(mails.aboutOrder), null);
  assert.equal(userOf.get(mails.ofNobody), null);
});

test('an upgrade lets what people wrote be removed from rows of before, and nothing else', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const { id: userId } = await addUser(database);
  const [orderId, productId] = [newId(), newId()];
  // Without what it refers to, and without guards.
  const insertAlone = (row: string) =>
    query(
      url,
      `do $$ begin set local session_replication_role = replica; insert into ${row}; end $$`,
    );
  await insertAlone(`orders (id, number, customer_id, status, vip, total_minor, currency)
     values ('${orderId}', '1', '${userId}', 'COMPLETED', false, 5, 'GBP')`);
  await insertAlone(`order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor, note)
     values ('${orderId}', 1, '${productId}', 'TEA', 'Tea', 1, 5, 5, 'for Ann')`);
  await insertAlone(`stock_movements (id, product_id, kind, delta, on_hand, reserved, reason, actor_type, actor_id)
     values ('${newId()}', '${productId}', 'adjustment', 1, 1, 0, 'Ann found one', 'user', '${userId}')`);
  const removals = ['update order_lines set note = null', `update stock_movements set reason = ''`];
  for (const removal of removals) await assert.rejects(query(url, removal), removal);

  await migrate(database);

  const refused = [
    `update order_lines set note = 'for Bob'`,
    'update order_lines set note = null, quantity = 2',
    'delete from order_lines',
    `update stock_movements set reason = 'Bob found one'`,
    `update stock_movements set reason = '', delta = 2`,
    'delete from stock_movements',
  ];
  for (const change of refused) {
    await assert.rejects(query(url, change), { code: '23001' }, change);
  }
  await query(url, removals[0]!);
  await query(url, 'select forget_movement_reasons(array[$1::uuid])', [userId]);
  const [left] = await query(
    url,
    `select note, order_lines.quantity, reason, delta
       from order_lines
      cross join stock_movements`,
  );
  assert.deepEqual(left, { note: null, quantity: 1, reason: '', delta: '1' });
});

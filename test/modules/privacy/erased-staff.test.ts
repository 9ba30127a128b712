import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ErasureScope } from '../../../src/modules/personal-data.ts';
import { sweepErased } from '../../../src/modules/privacy/sweep-erased.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { dumpEverything, findMarks } from '../../support/everything-kept.ts';
import { startTestServer } from '../../support/server.ts';
import { createSession } from '../../support/session.ts';
import { addProduct } from '../../support/shop.ts';
import { orderOf } from '../../support/strangers.ts';
import { query } from '../../support/until.ts';
import { findRow, reason, requireErased } from './erasure-fixture.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();

test('of erased staff their name, their reasons and where they were go, and what they did stays', async () => {
  const clerk = await server.asAdmin();
  const { userId, email } = clerk.identity;
  const marks = [email, 'Marvin counted again', 'Marvin the Clerk'];
  const headers = { 'user-agent': 'Marvin/2.0' };
  const product = await addProduct(db.database, { onHand: 10 });
  await query(db.url, 'update users set name = $2 where id = $1', [userId, 'Marvin the Clerk']);
  const adjusted = await clerk.post(
    `/api/products/${product.id}/stock-adjustments`,
    { delta: 2, reason: 'Marvin counted again' },
    headers,
  );
  assert.equal(adjusted.status, 201, adjusted.text);
  await requireErased(admin, userId);

  assert.deepEqual(findMarks(await dumpEverything(db.ownerUrl), [...marks, 'Marvin/2.0']), []);
  const [movement] = await query(
    db.url,
    `select delta::int, reason, actor_id, actor_role from stock_movements where kind = 'adjustment' and product_id = $1`,
    [product.id],
  );
  assert.deepEqual(movement, { delta: 2, reason: '', actor_id: userId, actor_role: 'admin' });
});

test('the guards of the database let reasons and notes be removed, and nothing be written in their place', async () => {
  const { id } = await addProduct(db.database, { onHand: 10 });
  const customer = await server.signUp();
  const { sku } = await addProduct(db.database, { onHand: 10 });
  await customer.post('/api/orders', {
    ...orderOf(sku),
    items: [{ sku, quantity: 1, note: 'no nuts' }],
  });
  for (const [statement, constraint] of [
    [
      `update stock_movements set reason = 'another' where product_id = '${id}'`,
      'stock_movements_append_only_check',
    ],
    [
      `update stock_movements set reason = '', delta = 5 where product_id = '${id}'`,
      'stock_movements_append_only_check',
    ],
    [
      `update order_lines set note = 'with nuts' where sku = '${sku}'`,
      'order_lines_append_only_check',
    ],
    [
      `update order_lines set note = null, quantity = 7 where sku = '${sku}'`,
      'order_lines_append_only_check',
    ],
  ] as const) {
    await assert.rejects(query(db.ownerUrl, statement), { constraint }, statement);
  }
});

test('what came in while somebody was erased is erased some minutes later', async () => {
  const customer = await server.signUp();
  const { userId, email } = customer.identity;
  const { sku } = await addProduct(db.database, { onHand: 10 });
  const placed = await customer.post('/api/orders', orderOf(sku));
  const { id } = placed.json<{ id: string }>();
  await customer.post(`/api/orders/${id}/cancel`, {});
  await requireErased(admin, userId);
  // As a server records a mail that it was sending meanwhile.
  await query(
    db.url,
    `with settings as (
       insert into mail_settings (wording, message_id_domain) values (0, 'shop.example') returning id)
     insert into mail_messages (id, order_id, settings_id, sequence, kind, recipient, greeted_name)
     select $1, $2, id, 1, 'order.placed', $3, ''
       from settings`,
    [newId(), id, email],
  );
  const { privacy } = server.application.modules;
  await privacy.sweepErased();
  assert.equal(findMarks(await dumpEverything(db.ownerUrl), [email]).length, 1, 'not yet');
  await query(db.url, `update erasures set erased_at = erased_at - interval '11 minutes'`);
  await privacy.sweepErased();
  assert.deepEqual(findMarks(await dumpEverything(db.ownerUrl), [email]), []);
  const [row] = await query(
    db.url,
    'select swept_at is not null as swept from erasures where user_id = $1',
    [userId],
  );
  assert.deepEqual(row, { swept: true });
  assert.equal((await findRow(server, userId)).guest, true);
});

test('people who are due to be erased once more are so together, whatever that reads', async () => {
  const people = [await server.signUp(), await server.signUp(), await server.signUp()];
  const ids = people.map(({ identity }) => identity.userId);
  for (const id of ids) await requireErased(admin, id);
  await query(
    db.url,
    `update erasures set erased_at = erased_at - interval '11 minutes' where user_id = any($1)`,
    [ids],
  );
  const scopes: ErasureScope[] = [];
  const part = {
    name: 'test',
    collect: () => ({}),
    erase: async (_: unknown, scope: ErasureScope) => void scopes.push(scope),
  };
  assert.equal(await sweepErased(db.database, [part]), 3);
  assert.equal(scopes.length, 1);
  assert.deepEqual([...scopes[0]!.userIds].sort(), [...ids].sort());
  assert.equal(await sweepErased(db.database, [part]), 0);
});

test('the reply to an erasure is kept as long as any, also once what came in meanwhile is erased', async () => {
  const { userId } = (await server.signUp()).identity;
  const headers = { 'idempotency-key': newId() };
  const send = () => admin.post(`/api/users/${userId}/erase`, { reason }, headers);
  const first = await send();
  assert.equal(first.status, 200, first.text);
  await query(db.url, `update erasures set erased_at = erased_at - interval '11 minutes'`);
  await server.application.modules.privacy.sweepErased();
  const repeated = await send();
  assert.equal(repeated.status, 200, repeated.text);
  assert.deepEqual(repeated.json(), first.json());
});

test('a repeated request of staff about an erased person takes no effect twice, and is refused', async () => {
  const customer = await server.signUp();
  const { userId } = customer.identity;
  const headers = { 'idempotency-key': newId() };
  const change = () => admin.patch(`/api/users/${userId}`, { vip: true }, headers);
  assert.equal((await change()).status, 200);
  await requireErased(admin, userId);
  const repeated = await change();
  assert.equal(repeated.status, 409, repeated.text);
  assert.equal(repeated.json<{ code: string }>().code, 'idempotency.response_erased');
  const again = createSession(server.url, customer.identity);
  assert.equal((await again.get('/api/auth/profile')).status, 401);
});

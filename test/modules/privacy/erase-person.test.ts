import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { createSession } from '../../support/session.ts';
import { addProduct } from '../../support/shop.ts';
import {
  code,
  guestCheckout,
  holdPlaced,
  orderOf,
  type PlacedByGuest,
} from '../../support/strangers.ts';
import { query } from '../../support/until.ts';
import { erase, findRow, reason, requireErased } from './erasure-fixture.ts';

const db = await testDatabase();
const server = await startTestServer(db, { environment: guestCheckout });
const admin = await server.asAdmin();
const { sku } = await addProduct(db.database, { onHand: 1000 });

test('an erased account is gone, its orders stay, and its address is free', async () => {
  const customer = await server.signUp();
  const { email, password, userId } = customer.identity;
  const placed = await customer.post(
    '/api/orders',
    orderOf(sku, undefined, { note: 'ring twice' }),
  );
  const { id, total } = placed.json<{ id: string; total: object }>();
  assert.equal(code(await customer.post(`/api/orders/${id}/cancel`, {})), '200');
  const { erasedAt } = await requireErased(admin, userId);

  const row = await findRow(server, userId);
  assert.deepEqual(
    [row.email, row.email_key, row.name, row.phone, row.password_hash, row.guest],
    [null, null, '', null, null, true],
  );
  const order = (await admin.get(`/api/orders/${id}`)).json<Record<string, unknown>>();
  assert.deepEqual([order.total, order.status, order.note], [total, 'CANCELLED', null]);
  assert.deepEqual(order.customer, { id: userId, email: null, name: '', phone: null, guest: true });
  assert.equal((await customer.get('/api/auth/profile')).status, 401);
  assert.equal(
    code(await server.anonymous.post('/api/auth/login', { email, password })),
    'accounts.invalid_credentials',
  );
  assert.deepEqual((await admin.get(`/api/users?search=${email}`)).json<{ data: [] }>().data, []);

  const again = await server.anonymous.post('/api/auth/signup', { email, password });
  assert.equal(again.status, 201, again.text);
  assert.equal(
    (await requireErased(admin, userId)).erasedAt,
    erasedAt,
    'once more changes nothing',
  );
  const events = await query(
    db.url,
    "select data from events where type = 'customer.erased' and data ->> 'userId' = $1",
    [userId],
  );
  assert.equal(events.length, 1);
});

test('nobody is erased while an order of theirs is open, and all of these are named', async () => {
  const customer = await server.signUp();
  const { userId } = customer.identity;
  const placed = await customer.post('/api/orders', orderOf(sku));
  const { id, number } = placed.json<{ id: string; number: string }>();
  const refused = await erase(admin, userId);
  assert.equal(code(refused), 'accounts.erasure_blocked');
  assert.equal(refused.status, 409);
  const { orders, count } = refused.json<{ orders: object[]; count: number }>();
  assert.deepEqual([orders, count], [[{ id, number, status: 'PENDING' }], 1]);
  assert.equal((await findRow(server, userId)).email, customer.identity.email);
  assert.equal(code(await customer.post(`/api/orders/${id}/cancel`, {})), '200');
  await requireErased(admin, userId);
});

test('the guests of an address are erased with its account, if the address is proven', async () => {
  const customer = await server.signUp();
  const { email, password, userId } = customer.identity;
  const place = async () =>
    (
      await server.anonymous.post(
        '/api/orders',
        orderOf(sku, { email, name: 'Gus', phone: '+442079460123' }),
      )
    ).json<PlacedByGuest>();
  const placed = await place();
  const blocked = await erase(admin, userId);
  assert.equal(code(blocked), 'accounts.erasure_blocked', blocked.text);
  assert.equal(
    code(await holdPlaced(server.url, placed).post(`/api/orders/${placed.id}/cancel`, {})),
    '200',
  );

  await query(db.url, 'update users set email_verified_at = null where id = $1', [userId]);
  await requireErased(admin, userId);
  assert.equal((await findRow(server, placed.customerId)).name, 'Gus', 'it may be somebody else');

  const owner = await server.anonymous.post('/api/auth/signup', { email, password });
  const ownerId = owner.json<{ user: { id: string } }>().user.id;
  await query(db.url, 'update users set email_verified_at = now() where id = $1', [ownerId]);
  await requireErased(admin, ownerId);
  const guest = await findRow(server, placed.customerId);
  assert.deepEqual([guest.name, guest.email, guest.phone], ['', null, null]);

  const alone = await place();
  assert.equal(
    code(await holdPlaced(server.url, alone).post(`/api/orders/${alone.id}/cancel`, {})),
    '200',
  );
  await requireErased(admin, alone.customerId);
  assert.equal((await findRow(server, alone.customerId)).email, null, 'a single guest');
});

test('what somebody else wants to do with the address of a guest is theirs, and with a proven one it goes', async () => {
  const other = await server.signUp();
  const owner = await server.signUp();
  const { email, userId: ownerId } = owner.identity;
  await query(
    db.url,
    `insert into email_links (id, user_id, purpose, email, email_key, token_hash, undo_id, expires_at)
     select $1, $2, 'change', email, email_key, sha256('link'), $3, now() + interval '1 day'
       from users
      where id = $4`,
    [newId(), other.identity.userId, newId(), ownerId],
  );
  const countLinks = async () =>
    (await query(db.url, 'select from email_links where user_id = $1', [other.identity.userId]))
      .length;
  const before = await countLinks();
  const placed = await server.anonymous.post(
    '/api/orders',
    orderOf(sku, { email, name: 'Gus', phone: '+442079460123' }),
  );
  const guestOrder = placed.json<PlacedByGuest>();
  const held = holdPlaced(server.url, guestOrder);
  assert.equal(code(await held.post(`/api/orders/${guestOrder.id}/cancel`, {})), '200');
  await requireErased(admin, guestOrder.customerId);
  assert.equal(await countLinks(), before);

  await query(db.url, 'update users set email_verified_at = now() where id = $1', [ownerId]);
  await requireErased(admin, ownerId);
  assert.equal(await countLinks(), before - 1);
});

test('the last admin, oneself and nobody are not erased, and only admins erase', async () => {
  const other = await server.asAdmin();
  const customer = await server.signUp();
  assert.equal(code(await erase(admin, admin.identity.userId)), 'accounts.erase_self');
  assert.equal(code(await erase(admin, newId())), 'accounts.not_found');
  assert.equal(code(await erase(customer, other.identity.userId)), 'auth.forbidden');
  assert.equal(
    code(await erase(await server.signInAs('kitchen'), customer.identity.userId)),
    'auth.forbidden',
  );
  await query(db.url, "update users set disabled_at = now() where role = 'admin' and id <> $1", [
    other.identity.userId,
  ]);
  assert.equal(code(await erase(admin, other.identity.userId)), 'accounts.last_admin');
  await query(db.url, "update users set disabled_at = null where role = 'admin'");
  await requireErased(admin, other.identity.userId);
  assert.equal((await other.get('/api/users')).status, 401);
});

test('the keys that a person holds end or are taken, as the admin says', async () => {
  const holder = await server.asAdmin();
  const { userId } = holder.identity;
  const made = await holder.post('/api/api-keys', { name: 'Till', scopes: ['orders:read'] });
  const { secret, id } = made.json<{ secret: string; id: string }>();
  const machine = createSession(server.url, {
    email: '',
    password: '',
    userId: '',
    accessToken: secret,
  });
  assert.equal((await machine.get('/api/orders')).status, 200);
  const held = await erase(admin, userId);
  assert.equal(code(held), 'accounts.keys_held');
  assert.deepEqual(
    held.json<{ keys: { id: string }[] }>().keys.map((key) => key.id),
    [id],
  );
  await requireErased(admin, userId, { keys: 'end' });
  assert.equal((await machine.get('/api/orders')).status, 401);
});

test('a reason stays, so it may not say who the person is', async () => {
  const named = await server.anonymous.post('/api/auth/signup', {
    email: `${newId()}@example.com`,
    password: 'a phrase of nobody else',
    name: 'Al Ford',
  });
  const { id } = named.json<{ user: { id: string } }>().user;
  for (const text of ['Mr. al  FORD asked', `al ford`]) {
    const refused = await erase(admin, id, { reason: text });
    assert.equal(code(refused), 'request.invalid', text);
  }
  await requireErased(admin, id, { reason: 'He could not afford it.' });
  const audit = (await admin.get(`/api/operations/audit?subject=${id}&type=user.erased`)).json<{
    data: { reason: string; after: object }[];
  }>().data;
  assert.deepEqual(
    audit.map(({ reason: text, after }) => [text, after]),
    [['He could not afford it.', { guests: 0, orders: 0 }]],
  );
});

test('a person asks to be erased, sees it, withdraws it, and an admin sees who is due next', async () => {
  const customer = await server.signUp();
  const ask = () => customer.post('/api/auth/erase-request', {});
  const first = await ask();
  assert.equal(first.status, 202, first.text);
  const { requestedAt, dueAt } = first.json<{ requestedAt: string; dueAt: string }>();
  const days = (Date.parse(dueAt) - Date.parse(requestedAt)) / 86_400_000;
  assert.ok(days >= 28 && days <= 31.1, `${days}`);
  assert.deepEqual((await ask()).json(), { requestedAt, dueAt });
  const profile = (await customer.get('/api/auth/profile')).json<{ eraseRequest?: object }>();
  assert.deepEqual(profile.eraseRequest, { requestedAt, dueAt });
  const listed = async () =>
    (await admin.get('/api/erase-requests')).json<{ data: { user: { id: string } }[] }>().data;
  const { userId, email } = customer.identity;
  assert.deepEqual(await listed(), [{ user: { id: userId, name: '', email }, requestedAt, dueAt }]);

  assert.equal((await customer.delete('/api/auth/erase-request')).status, 204);
  assert.equal(
    code(await customer.delete('/api/auth/erase-request')),
    'accounts.erase_request_missing',
  );
  assert.deepEqual(await listed(), []);
  await ask();
  await requireErased(admin, userId);
  assert.deepEqual(await listed(), []);
  const types = (await admin.get(`/api/operations/audit?subject=${userId}`))
    .json<{
      data: { type: string }[];
    }>()
    .data.map(({ type }) => type);
  assert.deepEqual(types.slice(0, 4), [
    'user.erased',
    'user.erasure_requested',
    'user.erasure_withdrawn',
    'user.erasure_requested',
  ]);
});

test('a repeated request answers as the first', async () => {
  const { userId } = (await server.signUp()).identity;
  const headers = { 'idempotency-key': newId() };
  const send = () => admin.post(`/api/users/${userId}/erase`, { reason }, headers);
  const [first, second] = [await send(), await send()];
  assert.equal(first.status, 200, first.text);
  assert.equal(second.headers.get('idempotent-replayed'), 'true');
  assert.deepEqual(second.json(), first.json());
});

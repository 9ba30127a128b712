import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgeInSlices } from '../../../src/database/purge-in-slices.ts';
import { purgeDeliveries } from '../../../src/drivers/payments/sandbox/index.ts';
import { purgeResets } from '../../../src/modules/accounts/passwords/reset-queries.ts';
import { purgeMail } from '../../../src/modules/notifications/queries.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';
import { addProduct } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';

const db = await testDatabase();
const { database, url } = db;
const { signal } = new AbortController();

test('two servers expire an unpaid order once, within seconds of its expiry, and keep the table of schedules current', async () => {
  const environment = { ORDER_EXPIRY_MINUTES: '0.02' };
  const servers = [
    await startTestServer(db, { environment, background: true }),
    await startTestServer(db, { environment, background: true }),
  ];
  const { sku } = await addProduct(database);
  const customer = await servers[0]!.signUp();
  const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
  const { id } = placed.json<{ id: string }>();
  await until(async () => {
    const [row] = await query(
      url,
      `select status, extract(epoch from updated_at - expires_at)::float8 as seconds
         from orders where id = $1`,
      [id],
    );
    assert.equal(row?.status, 'CANCELLED');
    assert.ok((row?.seconds as number) < 20, `${row?.seconds} s late`);
  });
  const cancelled = await query(
    url,
    `select cause ->> 'job' as job from events where order_id = $1 and type = 'order.cancelled'`,
    [id],
  );
  assert.deepEqual(cancelled, [{ job: 'orders.expire' }]);
  await until(async () => {
    const rows = await query(url, 'select name, last_error from schedules');
    for (const name of [
      'accounts.purge-sessions',
      'carts.clear-old',
      'database.purge-keys',
      'jobs.purge-errors',
      'jobs.rescue',
      'notifications.purge-mail',
      'operations.check-invariants',
      'seals.seal-logs',
      'orders.expire-orders',
      'orders.purge-keys',
      'payments.purge-words',
      'payments.reconcile',
      'sandbox.purge-deliveries',
      'webhooks.purge-deliveries',
    ]) {
      assert.ok(
        rows.some((row) => row.name === name),
        `${name} is not in the table`,
      );
    }
    assert.deepEqual(
      rows.filter((row) => row.last_error !== null),
      [],
    );
  });
  await Promise.all(servers.map((server) => server.stop()));
});

test('purging deletes expired rows and nothing else', async () => {
  const [userId] = await query(url, 'select id from users limit 1');
  const countRows = async () => ({
    resets: (await query(db.ownerUrl, 'select note from password_resets_seen'))
      .map(({ note }) => note)
      .sort(),
    mail: (
      await query(url, `select recipient from mail_messages where kind = 'password.reset'`)
    ).map(({ recipient }) => recipient),
    texts: (await query(url, 'select subject from mail_texts')).map(({ subject }) => subject),
    deliveries: (await query(url, 'select event_id from sandbox.deliveries'))
      .map(({ event_id }) => event_id)
      .sort(),
  });
  await query(
    db.ownerUrl,
    `create view password_resets_seen as select encode(token_hash, 'escape') as note from password_resets`,
  );
  const hash = (word: string) => word.padEnd(32, '.');
  for (const [word, used, expires] of [
    ['used-long-ago', '-3 days', '-2 days'],
    ['ended-long-ago', null, '-2 days'],
    ['used-today', '-1 hour', '-30 minutes'],
    ['open', null, '30 minutes'],
  ] as const) {
    // A user can have one open reset, so the one that expired unused is closed first.
    if (word === 'open') {
      await query(
        url,
        `update password_resets set used_at = expires_at where used_at is null and user_id = $1`,
        [userId?.id],
      );
    }
    await query(
      url,
      `insert into password_resets (id, token_hash, user_id, expires_at, used_at)
       values ($1, $2::bytea, $3, now() + $4::interval, now() + $5::interval)`,
      [newId(), Buffer.from(hash(word)), userId?.id, expires, used],
    );
  }
  await query(
    url,
    `insert into mail_settings (wording, shop_name, public_url, message_id_domain) values (1, 'x', 'x', 'x')`,
  );
  for (const [name, age] of [
    ['old', '91 days'],
    ['recent', '89 days'],
  ] as const) {
    const id = newId();
    await query(
      url,
      `insert into mail_messages (id, recipient, greeted_name, kind, settings_id, sent_at)
       select $1, $2, '', 'password.reset', max(id), now() - $3::interval from mail_settings`,
      [id, name, age],
    );
    await query(url, 'insert into mail_texts (mail_id, subject) values ($1, $2)', [id, name]);
  }
  await query(url, 'delete from sandbox.deliveries');
  for (const [event, next, age] of [
    ['arrived-long-ago', null, '31 days'],
    ['under-way', '1 minute', '31 days'],
    ['arrived', null, '29 days'],
  ] as const) {
    await query(
      url,
      `insert into sandbox.deliveries (event_id, body, next_attempt_at, created_at)
       values ($1, '{}', now() + $2::interval, now() - $3::interval)`,
      [event, next, age],
    );
  }
  for (const purge of [purgeResets, purgeMail]) {
    await purgeInSlices(database, purge, signal);
  }
  await purgeInSlices(database, purgeDeliveries, signal);
  assert.deepEqual(await countRows(), {
    resets: [hash('open'), hash('used-today')],
    mail: ['recent'],
    texts: ['recent'],
    deliveries: ['arrived', 'under-way'],
  });
});

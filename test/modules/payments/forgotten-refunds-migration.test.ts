import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { query } from '../../support/until.ts';

const NUMBER = 45;

test('an upgrade removes what was said of refunds that were made after their order was forgotten, and nothing else', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const [customerId, forgotten, kept] = [newId(), newId(), newId()];
  await query(
    url,
    `insert into users (id, name, guest, access_changed_at) values ($1, '', true, '-infinity')`,
    [customerId],
  );
  for (const [id, forgottenAt] of [
    [forgotten, 'now'],
    [kept, null],
  ]) {
    await query(
      url,
      `insert into orders (id, number, customer_id, status, payment_status, vip, total_minor, currency, expires_at, forgotten_at)
       values ($1, $1::uuid::text, $2, 'PENDING', 'PAID', false, 100, 'GBP', now(), $3)`,
      [id, customerId, forgottenAt],
    );
    const [paymentId, captureId] = [newId(), newId()];
    await query(
      url,
      `with payment as (
         insert into payments (id, order_id, provider, status, amount_minor, currency)
         values ($2::uuid, $1, 'sandbox', 'FLAGGED', 100, 'GBP')),
       capture as (
         insert into payment_captures (id, provider, provider_reference, payment_id, order_id, kind, amount_minor, currency, taken_minor)
         values ($3::uuid, 'sandbox', $3::uuid::text, $2::uuid, $1, 'flagged', 100, 'GBP', 20))
       select 1`,
      [id, paymentId, captureId],
    );
    for (const reason of ['Ann found a hair', 'The order was cancelled.']) {
      await query(
        url,
        `insert into payment_refunds (id, capture_id, payment_id, order_id, cause, amount_minor, currency, reason, status, last_error)
         values ($1, $2, $3, $4, 'admin', 10, 'GBP', $5, 'SUCCEEDED', 'Anns card')`,
        [newId(), captureId, paymentId, id, reason],
      );
    }
  }
  const read = (orderId: string) =>
    query(
      url,
      'select reason, last_error from payment_refunds where order_id = $1 order by reason',
      [orderId],
    );
  const before = await read(kept);
  await migrate(database);
  assert.deepEqual(await read(forgotten), [
    { reason: '', last_error: null },
    { reason: 'The order was cancelled.', last_error: null },
  ]);
  assert.deepEqual(await read(kept), before);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { captured, openPaymentsShop } from '../../support/payments.ts';
import { testCause } from '../../support/shop.ts';
import { query, until } from '../../support/until.ts';

const NUMBER = 27;

test('an upgrade keeps what provider events reported, and applies those that are due', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const userId = newId();
  await query(
    url,
    `insert into users (id, email, email_key, name, password_hash)
     values ($1, 'a@example.com', 'a@example.com', 'Ada', 'none')`,
    [userId],
  );
  const [paid, open] = ['1', '2'].map((number) => ({ number, orderId: newId(), id: newId() }));
  for (const { number, orderId, id } of [paid!, open!]) {
    await query(
      url,
      `insert into orders (id, number, customer_id, status, vip, total_minor, currency)
       values ($1, $2, $3, 'PENDING', false, 500, 'GBP')`,
      [orderId, number, userId],
    );
    await query(
      url,
      `insert into payments (id, order_id, provider, status, amount_minor, currency, session_id, checkout_url,
                             session_request)
       values ($1, $2, 'sandbox', 'OPEN', 500, 'GBP', 'session', 'http://pay.example/' || $3, '{"orderNumber": "1"}')`,
      [id, orderId, number],
    );
    const charge = { providerReference: `charge ${number}`, amountMinor: 500, currency: 'GBP' };
    await query(
      url,
      `insert into provider_events (id, provider, event_id, type, payload, cause, status, outcome, next_attempt_at)
       values ($1, 'sandbox', 'event ' || $2, 'captured', $3, $4, $5, $6, case when $5 = 'RECEIVED' then now() end)`,
      [
        newId(),
        number,
        captured(id, charge),
        testCause,
        ...(number === '1' ? ['APPLIED', 'matched'] : ['RECEIVED', null]),
      ],
    );
  }
  await query(
    url,
    `insert into payment_captures (id, provider, provider_reference, payment_id, order_id, kind, amount_minor, currency)
     values ($1, 'sandbox', 'charge 1', $2, $3, 'matched', 500, 'GBP')`,
    [newId(), paid!.id, paid!.orderId],
  );

  await migrate(database);
  const shop = await openPaymentsShop(database);
  await shop.tell();
  assert.equal((await shop.getOrder(open!.orderId)).status, 'CONFIRMED');
  assert.equal((await shop.getPayment(open!.id)).checkoutUrl, 'http://pay.example/2');
  const kept = `select event_id as "event", payload #>> '{capture,providerReference}' as told,
                       provider_reference as reference
                  from provider_events order by event_id`;
  assert.deepEqual(await query(url, kept), [
    { event: 'event 1', told: 'charge 1', reference: null },
    { event: 'event 2', told: null, reference: 'charge 2' },
  ]);
  assert.deepEqual(await query(url, 'select * from inv_payment_charges'), []);
});

const STATEMENTS = {
  payments: 'select id from payments limit 1',
  events: 'select id from provider_events limit 1 for no key update skip locked',
};

for (const [who, one, other] of [
  ['a webhook', 'payments', 'events'],
  ['the inbox', 'events', 'payments'],
] as const) {
  test(`an upgrade waits for ${who} of an old server in no circle`, async () => {
    const { database, url } = await openOldDatabase(NUMBER);
    const migrating = await database.transaction(async (tx) => {
      await tx.run(`test.${one}`, STATEMENTS[one], []);
      const migrated = migrate(database);
      migrated.catch(() => {});
      await until(async () => {
        const waiting = `select 1 from pg_locks where not granted and database = (
                           select oid from pg_database where datname = current_database())`;
        assert.equal((await query(url, waiting)).length, 1);
      });
      await tx.run(`test.${other}`, STATEMENTS[other], []);
      return { migrated };
    });
    await migrating.migrated;
  });
}

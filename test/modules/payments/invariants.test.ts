import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../support/database.ts';
import { checkByIds } from '../../support/invariants.ts';
import { captured, openPaymentsShop } from '../../support/payments.ts';

/** Each view about money finds the violation it is for, which is made on purpose and rolled back. */
const { database, ownerUrl: url } = await testDatabase();
const shop = await openPaymentsShop(database);
const paid = await shop.paid();
const cancelled = await shop.paid();
await shop.cancel(cancelled.orderId);
await shop.settle();
const twice = await shop.paid();
await shop.tell(captured(twice.paymentId, shop.provider.pay(twice.paymentId)));
await shop.settle();

const flagged = await shop.opened();
const odd = shop.provider.pay(flagged.paymentId, { amountMinor: 499 });
await shop.tell(captured(flagged.paymentId, odd));
await shop.tell(captured(flagged.paymentId, shop.provider.pay(flagged.paymentId)));
await shop.settle();

const isOfMoney = (name: string) => /^inv_(payment|provider)/.test(name);

/** Makes the changes with triggers off and returns the views that find them. */
async function findViolatedViews(...changes: string[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('set local session_replication_role = replica');
    for (const change of changes) await client.query(change);
    const { rows: views } = await client.query<{ name: string }>(
      `select viewname as name from pg_views
        where schemaname = 'public' and (viewname like 'inv\\_payment%' or viewname like 'inv\\_provider%')`,
    );
    const violated: string[] = [];
    for (const { name } of views) {
      const { rows } = await client.query(`select id, detail from ${name}`);
      if (rows.length > 0) violated.push(name);
    }
    const byIds = (await checkByIds(database, client))
      .filter(({ name, violationCount }) => isOfMoney(name) && violationCount > 0)
      .map(({ name }) => name);
    assert.deepEqual(byIds.sort(), violated.sort(), 'the check of some rows finds the same');
    return violated;
  } finally {
    await client.end();
  }
}

const without = (table: string, constraint: string) =>
  `alter table ${table} drop constraint ${constraint}`;
const hoursAgo = (hours: number) => `now() - interval '${hours} hours'`;
/** Leaves the flagged money of a paid order without a refund. */
const keptFlagged = [
  `update payment_refunds set status = 'FAILED' where order_id = '${flagged.orderId}'`,
  `update payment_captures set taken_minor = 0 where kind = 'flagged' and order_id = '${flagged.orderId}'`,
];
const whereCancelled = `where order_id = '${cancelled.orderId}'`;

describe('the invariants of money', () => {
  test('hold after payments, cancellations, surplus, flagged money and refunds', async () => {
    assert.deepEqual(await findViolatedViews(), []);
  });

  const breaks: Record<string, readonly [changes: readonly string[], view: string]> = {
    'a sum that is not the sum of its rows': [
      [`update payments set refunded_minor = 1 where id = '${paid.paymentId}'`],
      'inv_payment_sums',
    ],
    'a capture of which more is allocated than its refunds': [
      [`update payment_captures set taken_minor = 1 where payment_id = '${paid.paymentId}'`],
      'inv_payment_refunds',
    ],
    'a refund in a currency other than that of its charge': [
      [`update payment_refunds set currency = 'EUR' ${whereCancelled}`],
      'inv_payment_refunds',
    ],
    'an order that is marked as paid and is not': [
      [`update orders set payment_status = 'PAID' where id = '${cancelled.orderId}'`],
      'inv_payment_orders',
    ],
    'an order that was paid in part': [
      [`update orders set total_minor = 900 where id = '${paid.orderId}'`],
      'inv_payment_orders',
    ],
    'an order that was paid and is not marked as such': [
      [`update orders set payment_status = 'UNPAID' where id = '${paid.orderId}'`],
      'inv_payment_orders',
    ],
    'a charge that is counted twice': [
      [
        without('payment_captures', 'payment_captures_provider_provider_reference_key'),
        `update payment_captures set provider_reference = 'the same'`,
      ],
      'inv_payment_captures',
    ],
    'an event that is stored twice': [
      [
        without('provider_events', 'provider_events_provider_event_id_key'),
        `update provider_events set event_id = 'the same'`,
      ],
      'inv_provider_events',
    ],
    'money of a cancelled order without a refund for a minute': [
      [
        `update payment_refunds set status = 'FAILED' ${whereCancelled}`,
        `update payment_captures set taken_minor = 0, created_at = now() - interval '1 hour' ${whereCancelled}`,
        `update orders set cancelled_at = now() - interval '2 minutes' where id = '${cancelled.orderId}'`,
      ],
      'inv_payment_returns',
    ],
    'surplus money that is not refunded for ten minutes': [
      [
        `update payment_refunds set status = 'PENDING', next_attempt_at = now() where order_id = '${twice.orderId}'`,
        `update payment_captures set created_at = now() - interval '11 minutes' where kind = 'surplus'`,
      ],
      'inv_payment_returns',
    ],
    'flagged money of a paid order without a refund for a minute': [
      [
        ...keptFlagged,
        `update payment_captures set created_at = now() - interval '61 seconds' where order_id = '${flagged.orderId}'`,
      ],
      'inv_payment_returns',
    ],
    'flagged money of an order that was completed without it': [
      [
        ...keptFlagged,
        `update payment_captures set created_at = ${hoursAgo(2)} where order_id = '${flagged.orderId}'`,
        `update payment_captures set kind = 'flagged' where kind = 'matched' and order_id = '${flagged.orderId}'`,
        `update orders set status = 'COMPLETED', payment_status = 'FAILED' where id = '${flagged.orderId}'`,
        `update events set to_status = 'COMPLETED', at = ${hoursAgo(1)}
          where type = 'order.confirmed' and order_id = '${flagged.orderId}'`,
      ],
      'inv_payment_returns',
    ],
    'a charge that was reported and has no row': [
      [
        `delete from payment_refunds where order_id = '${flagged.orderId}'`,
        `delete from payment_captures where provider_reference = '${odd.providerReference}'`,
      ],
      'inv_payment_charges',
    ],
    'a charge that paid its order and has no row': [
      [`delete from payment_captures where payment_id = '${paid.paymentId}'`],
      'inv_payment_charges',
    ],
    'a charge that was never reported': [
      [
        `insert into payment_captures (id, provider, provider_reference, payment_id, order_id, kind, amount_minor, currency)
         values (gen_random_uuid(), 'sandbox', 'made up', '${paid.paymentId}', '${paid.orderId}', 'flagged', 5, 'GBP')`,
      ],
      'inv_payment_charges',
    ],
  };
  test('allow flagged money to stay while its order waits for its payment', async () => {
    const unpaid = [
      `update payment_captures set kind = 'flagged' where kind = 'matched' and order_id = '${flagged.orderId}'`,
      `update payments set status = 'FLAGGED', captured_minor = 0 where id = '${flagged.paymentId}'`,
      `update orders set status = 'PENDING', payment_status = 'FAILED' where id = '${flagged.orderId}'`,
      `update payment_captures set created_at = ${hoursAgo(2)} where order_id = '${flagged.orderId}'`,
    ];
    assert.deepEqual(await findViolatedViews(...keptFlagged, ...unpaid), []);
  });

  for (const [what, [changes, view]] of Object.entries(breaks)) {
    test(`find ${what}`, async () => {
      assert.ok((await findViolatedViews(...changes)).includes(view));
    });
  }
});

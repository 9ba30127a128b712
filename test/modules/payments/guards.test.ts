import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../support/database.ts';
import { buildContext } from '../../support/orders.ts';
import { openPaymentsShop } from '../../support/payments.ts';

/** What a user of `psql` meets: plain SQL on a plain connection, without any of our code. */
const { database, ownerUrl: url } = await testDatabase();
const shop = await openPaymentsShop(database);
const paid = await shop.paid();
const open = await shop.opened();
const { result } = await shop.payments.refundPayment(buildContext(shop.admin), paid.paymentId, {
  amount: { amount: 100, currency: 'GBP' },
  reason: 'Cold',
});
await shop.settle();
const [capture] = await database.run<{ id: string }>(
  'test.capture',
  'select id from payment_captures where payment_id = $1::uuid',
  [paid.paymentId],
);

async function assertRefused(sql: string, constraint: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await assert.rejects(client.query(sql), (error: pg.DatabaseError) => {
      assert.equal(error.constraint, constraint);
      return true;
    });
  } finally {
    await client.end();
  }
}

describe('PostgreSQL', () => {
  const refusals: Record<string, readonly [sql: string, constraint: string]> = {
    'to refund more than was captured': [
      `update payments set refunded_minor = captured_minor + 1 where id = '${paid.paymentId}'`,
      'payments_sums_check',
    ],
    'to capture more than was requested': [
      `update payments set captured_minor = amount_minor + 1 where id = '${paid.paymentId}'`,
      'payments_sums_check',
    ],
    'to refund more of a charge than its amount': [
      `update payment_captures set taken_minor = amount_minor + 1 where id = '${capture?.id}'`,
      'payment_captures_taken_minor_check',
    ],
    'to mark a payment without money as captured': [
      `update payments set status = 'CAPTURED' where id = '${open.paymentId}'`,
      'payments_captured_check',
    ],
    'a second open payment of an order': [
      `insert into payments (id, order_id, provider, status, amount_minor, currency)
       values (gen_random_uuid(), '${open.orderId}', 'sandbox', 'OPEN', 500, 'GBP')`,
      'payments_order_id_open_key',
    ],
    'a second capture that pays an order': [
      `insert into payment_captures (id, provider, provider_reference, payment_id, order_id, kind, amount_minor, currency)
       values (gen_random_uuid(), 'sandbox', 'another', '${open.paymentId}', '${paid.orderId}', 'matched', 500, 'GBP')`,
      'payment_captures_order_id_matched_key',
    ],
    'the same charge twice': [
      `insert into payment_captures (id, provider, provider_reference, payment_id, kind, amount_minor, currency)
       values (gen_random_uuid(), 'sandbox', '${paid.capture.providerReference}', '${open.paymentId}', 'flagged', 500, 'GBP')`,
      'payment_captures_provider_provider_reference_key',
    ],
    'to change a charge': [
      `update payment_captures set amount_minor = 1000 where id = '${capture?.id}'`,
      'payment_captures_append_only_check',
    ],
    'to delete a charge': [
      `delete from payment_captures where id = '${capture?.id}'`,
      'payment_captures_append_only_check',
    ],
    'to delete a refund': [
      `delete from payment_refunds where id = '${result.refund.id}'`,
      'payment_refunds_append_only_check',
    ],
    'to change the amount of a refund': [
      `update payment_refunds set amount_minor = 1 where id = '${result.refund.id}'`,
      'payment_refunds_append_only_check',
    ],
    'to move a refund to another charge': [
      `update payment_refunds set capture_id = gen_random_uuid() where id = '${result.refund.id}'`,
      'payment_refunds_append_only_check',
    ],
    'to delete a payment': [
      `delete from payments where id = '${open.paymentId}'`,
      'payments_append_only_check',
    ],
    'to truncate the payments': ['truncate payments cascade', 'payments_append_only_check'],
    'to truncate the charges': [
      'truncate payment_captures cascade',
      'payment_captures_append_only_check',
    ],
    'to truncate the refunds': ['truncate payment_refunds', 'payment_refunds_append_only_check'],
    'to truncate the provider events': [
      'truncate provider_events',
      'provider_events_append_only_check',
    ],
    'to restart a refund that has ended': [
      `update payment_refunds set status = 'PENDING', next_attempt_at = now() where id = '${result.refund.id}'`,
      'payment_refunds_status_step_check',
    ],
    'to apply a provider event again that has no payload': [
      `update provider_events set status = 'RECEIVED', next_attempt_at = now() where outcome = 'matched'`,
      'provider_events_payload_check',
    ],
    'to delete a provider event': [
      'delete from provider_events',
      'provider_events_append_only_check',
    ],
  };
  for (const [what, [sql, constraint]] of Object.entries(refusals)) {
    test(`refuses ${what}`, () => assertRefused(sql, constraint));
  }
});

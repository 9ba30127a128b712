import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import {
  checkInvariants,
  reportInvariants,
} from '../../../src/modules/operations/check-invariants.ts';
import { invariants } from '../../../src/modules/operations/invariants.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { checkByIds, queryableOn } from '../../support/invariants.ts';
import { buildContext, buildPlacementContext, createTestOrders } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';

const { database, ownerUrl: url } = await testDatabase({ invariants: false });
const orders = createTestOrders(database);
const customer = await addUser(database);
const admin = await addUser(database, { role: 'admin' });
const product = await addProduct(database, { onHand: 20, priceMinor: 250 });
const items = [{ sku: product.sku, quantity: 2 }];

async function placeOrder(...statuses: ('CONFIRMED' | 'COMPLETED' | 'PENDING' | 'CANCELLED')[]) {
  const input = { items, clientToken: `token-${Math.random()}` };
  const { id } = await orders.placeOrder(buildPlacementContext(customer), input);
  for (const status of statuses) {
    const step = { status, reason: 'A test', override: status !== 'CANCELLED' };
    const change = { orderId: id, input: step, ifMatch: null };
    await orders.changeStatus(buildContext(admin), change);
  }
  return id;
}

const pending = await placeOrder();
const completed = await placeOrder('COMPLETED');
const cancelled = await placeOrder('CANCELLED');
const reopened = await placeOrder('COMPLETED', 'PENDING');
const wholeLife = await placeOrder('CONFIRMED', 'COMPLETED');
const input = { items, clientToken: 'queued' };
const { id: queued } = await orders.placeOrder(
  buildPlacementContext(customer, undefined, input, true),
  input,
);

const [{ pendingKey }] = (await database.run<{ pendingKey: string }>(
  'test.pending_key',
  `select scope_hashes[1] as "pendingKey"
     from order_responses
    where order_ids[1] = $1::uuid`,
  [pending],
)) as [{ pendingKey: string }];

const buildMailId = (last: string) => `00000000-0000-0000-0000-00000000000${last}`;

/** Builds the statement that inserts a mail about an event of an order. */
function buildMail(last: string, orderId: string, sequence: number): string {
  return `insert into mail_messages (id, order_id, sequence, settings_id, kind, recipient, greeted_name)
          values ('${buildMailId(last)}', '${orderId}', ${sequence}, 1, 'order.placed', 'x', '')`;
}

/**
 * Makes changes with triggers and foreign keys off, as a broken disk or a careless superuser would, returns the
 * violations that the check of everything reports and that of some rows too, and rolls the changes back.
 */
async function findViolations(...changes: string[]): Promise<Map<string, string[]>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('set local session_replication_role = replica');
    for (const change of changes) await client.query(change);
    const report = await reportInvariants(queryableOn(client));
    assert.equal(report.ok, false);
    const results = await checkByIds(database, client);
    assert.deepEqual(
      results.map(({ name, violationCount }) => [name, violationCount]),
      report.invariants.map(({ name, violationCount }) => [name, violationCount]),
    );
    return new Map(
      report.invariants.flatMap(({ name, ok, violations }) =>
        ok ? [] : [[name, violations.map(({ id }) => id)]],
      ),
    );
  } finally {
    await client.end();
  }
}

/** Drops a constraint that prevents a break, to show that the views would find it. */
const without = (table: string, constraint: string) =>
  `alter table ${table} drop constraint ${constraint}`;

describe('the invariants', () => {
  test('hold after orders are placed, completed, cancelled and reopened', async () => {
    const report = await checkInvariants(database);
    assert.deepEqual(
      report.invariants.filter(({ ok }) => !ok),
      [],
    );
    assert.equal(report.ok, true);
    const checked = new Map(report.invariants.map((result) => [result.name, result.checked]));
    assert.equal(checked.get('inv_order_totals'), 6);
    assert.equal(checked.get('inv_stock_bounds'), 1);
    assert.equal(checked.get('inv_order_keys'), 6);
  });

  test('are the views in the database, each with a description', async () => {
    const views = await database.run<{ name: string }>(
      'test.invariant_views',
      `select viewname as name from pg_views where viewname like 'inv\\_%' order by 1`,
      [],
    );
    assert.deepEqual(
      invariants.map(({ name }) => name).sort(),
      views.map(({ name }) => name).sort(),
    );
    for (const { description } of (await checkInvariants(database)).invariants) {
      assert.match(description, /^[A-Z].{10,}\.$/);
    }
  });

  const id = product.id;
  const breaks: Record<string, { changes: string[]; finds: Record<string, string[]> }> = {
    'more units are reserved than are on hand': {
      changes: [
        without('stock', 'stock_reserved_check'),
        'update stock set reserved = on_hand + 1',
      ],
      finds: { inv_stock_bounds: [id], inv_stock_reserved: [id] },
    },
    'a negative number of units is reserved': {
      changes: [without('stock', 'stock_reserved_check'), 'update stock set reserved = -1'],
      finds: { inv_stock_bounds: [id], inv_stock_reserved: [id] },
    },
    'a unit on hand appears from nowhere': {
      changes: ['update stock set on_hand = on_hand + 1'],
      finds: { inv_stock_ledger: [id] },
    },
    'a movement is lost': {
      changes: [`delete from stock_movements where order_id = '${completed}'`],
      finds: { inv_stock_ledger: [id], inv_stock_consumed: [completed] },
    },
    'a stock row is lost': {
      changes: ['delete from stock'],
      finds: { inv_stock_ledger: [id], inv_stock_reserved: [id] },
    },
    'a reservation is lost': {
      changes: ['update stock set reserved = reserved - 1'],
      finds: { inv_stock_reserved: [id] },
    },
    'an order consumes its stock twice': {
      changes: [
        `insert into stock_movements (id, product_id, kind, delta, reason, order_id, on_hand, reserved, actor_type)
         select gen_random_uuid(), product_id, kind, delta, reason, order_id, on_hand, reserved, actor_type
           from stock_movements where order_id = '${wholeLife}'`,
        'update stock set on_hand = on_hand - 2',
      ],
      finds: { inv_stock_consumed: [wholeLife] },
    },
    'a cancelled order consumes stock': {
      changes: [
        `insert into stock_movements (id, product_id, kind, delta, reason, order_id, on_hand, reserved, actor_type)
         values (gen_random_uuid(), '${id}', 'consumption', -2, 'x', '${cancelled}', 1, 0, 'system')`,
        'update stock set on_hand = on_hand - 2',
      ],
      finds: { inv_stock_consumed: [cancelled] },
    },
    'a correction has no event': {
      changes: [
        `insert into stock_movements (id, product_id, kind, delta, reason, on_hand, reserved, actor_type)
         values ('00000000-0000-0000-0000-000000000001', '${id}', 'adjustment', 2, 'x', 1, 0, 'system')`,
        'update stock set on_hand = on_hand + 2',
      ],
      finds: { inv_stock_events: ['00000000-0000-0000-0000-000000000001'] },
    },
    'the total of an order changes': {
      changes: [`update orders set total_minor = total_minor + 1 where id = '${pending}'`],
      finds: { inv_order_totals: [pending], inv_order_prices: [pending] },
    },
    'a price changes after the order, together with its sums': {
      changes: [
        `update order_lines set unit_price_minor = 1, total_minor = 2 where order_id = '${pending}'`,
        `update orders set total_minor = 2 where id = '${pending}'`,
      ],
      finds: { inv_order_prices: [pending] },
    },
    'a line is not quantity times price': {
      changes: [
        without('order_lines', 'order_lines_total_minor_check'),
        `update order_lines set unit_price_minor = 1 where order_id = '${pending}'`,
      ],
      finds: { inv_order_totals: [pending] },
    },
    'the lines of an order are lost': {
      changes: [`delete from order_lines where order_id = '${cancelled}'`],
      finds: { inv_order_totals: [cancelled] },
    },
    'a line number follows a gap': {
      changes: [`update order_lines set line_number = 2 where order_id = '${pending}'`],
      finds: { inv_order_totals: [pending] },
    },
    'a line is newer than its order': {
      changes: [
        `update order_lines set created_at = created_at + interval '1 ms' where order_id = '${pending}'`,
      ],
      finds: { inv_order_totals: [pending] },
    },
    'an order is in another currency than its products': {
      changes: [`update orders set currency = 'EUR' where id = '${pending}'`],
      finds: { inv_order_currency: [pending], inv_order_prices: [pending] },
    },
    'an order has no history': {
      changes: [`delete from events where order_id = '${pending}'`],
      finds: { inv_order_log: [pending], inv_order_history: [pending] },
    },
    'a queued order is lost from the queue': {
      changes: ['delete from queued_orders'],
      finds: { inv_order_queue: [queued] },
    },
    'an order remains in the queue after it has ended': {
      changes: [
        `insert into queued_orders (order_id, vip, cause) values ('${cancelled}', false, '{}')`,
      ],
      finds: { inv_order_queue: [cancelled] },
    },
    'a queued order has no job that will place it': {
      changes: [
        `insert into log_readers (name, position) select 'relay', max(position) from events
             on conflict (name) do update set position = excluded.position`,
      ],
      finds: { inv_order_queue_jobs: [queued] },
    },
    'events belong to no order': {
      changes: [
        `insert into events (id, type, order_id, sequence, actor_type, cause)
         values (gen_random_uuid(), 'payment.initiated', '00000000-0000-0000-0000-000000000001', 1, 'system', '{}')`,
      ],
      finds: { inv_order_log: ['00000000-0000-0000-0000-000000000001'] },
    },
    'the history has a gap': {
      changes: [`delete from events where order_id = '${wholeLife}' and sequence = 2`],
      finds: {
        inv_order_log: [wholeLife],
        inv_order_history: [wholeLife],
      },
    },
    'an order counts more events than there are': {
      changes: [`update orders set last_sequence = last_sequence + 1 where id = '${pending}'`],
      finds: { inv_order_log: [pending] },
    },
    'a status changes without its event': {
      changes: [`update orders set status = 'CONFIRMED' where id = '${pending}'`],
      finds: { inv_order_history: [pending] },
    },
    'a history starts in the middle': {
      changes: [
        `update events set type = 'order.ready', to_status = 'READY' where order_id = '${pending}'`,
        `update orders set status = 'READY' where id = '${pending}'`,
      ],
      finds: { inv_order_history: [pending] },
    },
    'an event records an illegal step': {
      changes: [
        `update events set to_status = 'FAILED' where order_id = '${cancelled}' and sequence = 2`,
        `update orders set status = 'FAILED', failure_code = 'x', cancel_reason = null, cancelled_at = null
          where id = '${cancelled}'`,
      ],
      finds: { inv_order_steps: [cancelled] },
    },
    'an override has no reason': {
      changes: [
        `update events set reason = ' ', personal = null, personal_of = null
          where order_id = '${completed}' and sequence = 2`,
      ],
      finds: { inv_order_steps: [completed] },
    },
    'an override is not recorded as one': {
      changes: [
        `update events set data = data - 'override' where order_id = '${completed}' and sequence = 2`,
      ],
      finds: { inv_order_steps: [completed] },
    },
    'a client token is lost': {
      changes: [`delete from order_keys where scope_hash = '${pendingKey}'`],
      finds: { inv_client_tokens: [pending], inv_order_keys: [pendingKey] },
    },
    'two orders have the same client token': {
      changes: [
        'drop index orders_customer_id_client_token_key',
        `update orders set client_token = (select client_token from orders where id = '${pending}')
          where id = '${cancelled}'`,
      ],
      finds: { inv_client_tokens: [pending, cancelled].sort() },
    },
    'an order is past its expiry': {
      changes: [
        `update orders set expires_at = now() - interval '61 seconds' where id = '${reopened}'`,
      ],
      finds: { inv_order_deadlines: [reopened] },
    },
    'a mail tells of no such event of its order, or of that of another mail': {
      changes: [
        // Without such an event, with an event of another kind, and two mails of one event.
        buildMail('1', pending, 2),
        buildMail('2', wholeLife, 2),
        ...['3', '4'].map((last) => buildMail(last, pending, 1)),
      ],
      finds: { inv_mail_events: [buildMailId('1'), buildMailId('2'), buildMailId('3')] },
    },
    'a password is stored in plain text': {
      changes: [`update users set password_hash = 'correct horse' where id = '${customer.id}'`],
      finds: { inv_secrets: [customer.id] },
    },
    'an API key is stored in plain text': {
      changes: [
        `insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, held_by)
         values ('00000000-0000-0000-0000-000000000001', 'x', 'x', 'hf_secret', '{orders:read}', '${admin.id}', '${admin.id}')`,
      ],
      finds: { inv_secrets: ['00000000-0000-0000-0000-000000000001'] },
    },
    'an open session has no live token': {
      changes: [
        `insert into refresh_families (id, user_id, expires_at)
         values ('00000000-0000-0000-0000-000000000001', '${customer.id}', now() + interval '1 day')`,
      ],
      finds: { inv_sessions: ['00000000-0000-0000-0000-000000000001'] },
    },
    'a session has two live tokens': {
      changes: [
        'drop index refresh_tokens_family_id_key',
        `insert into refresh_families (id, user_id, expires_at, ended_at, end_reason)
         values ('00000000-0000-0000-0000-000000000001', '${customer.id}', now(), now(), 'logout')`,
        `insert into refresh_tokens (token_hash, family_id)
         select sha256(n::text::bytea), '00000000-0000-0000-0000-000000000001' from generate_series(1, 2) n`,
      ],
      finds: { inv_sessions: ['00000000-0000-0000-0000-000000000001'] },
    },
  };

  for (const [what, { changes, finds }] of Object.entries(breaks)) {
    test(`report when ${what}`, async () => {
      assert.deepEqual(Object.fromEntries(await findViolations(...changes)), finds);
    });
  }

  test('report when the key of an order has no stored response, or belongs to no order', async () => {
    const responses = `(select responses_id from order_keys where scope_hash = '${pendingKey}')`;
    for (const change of [
      `update order_keys set responses_id = -1 where scope_hash = '${pendingKey}'`,
      `update order_responses set scope_hashes = '{${newId()}}' where id = ${responses}`,
      `update order_responses set order_ids = '{${newId()}}' where id = ${responses}`,
      `delete from order_responses where id = ${responses}`,
    ]) {
      const broken = await findViolations(change);
      assert.ok(broken.get('inv_order_keys')?.includes(pendingKey), change);
      assert.deepEqual(broken.get('inv_client_tokens'), [pending], change);
    }
  });

  test('report when another key has no stored result', async () => {
    const broken = await findViolations(
      `insert into idempotency_keys (scope_hash, request_hash, caller_id, operation, expires_at)
       values ('\\x01', '\\x01', '${customer.id}', 'cancelOrder', now() + interval '1 day')`,
    );
    assert.deepEqual(Object.fromEntries(broken), { inv_idempotency_effects: ['01'] });
  });

  test('report when an event waits for a reader that has run for a minute, but not for one that has just started', async () => {
    const reader = (name: string, heldSince: string, leasedUntil: string) =>
      `insert into log_readers (name, holder, fencing, held_since, leased_until)
       values ('${name}', gen_random_uuid(), 1, now() - interval '${heldSince}', now() + interval '${leasedUntil}')`;
    const broken = await findViolations(
      reader('late', '61 seconds', '10 seconds'),
      reader('just begun', '59 seconds', '10 seconds'),
      reader('gone', '1 hour', '-1 second'),
      `update events set at = now() - interval '61 seconds' where order_id = '${pending}'`,
    );
    const [event] = await database.run<{ position: number }>(
      'test.position',
      'select position from events where order_id = $1::uuid',
      [pending],
    );
    assert.deepEqual(Object.fromEntries(broken), { inv_log_delivered: [String(event!.position)] });
  });

  test('name a hundred violations and count the rest', async () => {
    const changes = `insert into events (id, type, order_id, sequence, actor_type, cause)
      select gen_random_uuid(), 'payment.initiated', gen_random_uuid(), 1, 'system', '{}'
        from generate_series(1, 150)`;
    const broken = await findViolations(changes);
    assert.equal(broken.get('inv_order_log')?.length, 100);
  });
});

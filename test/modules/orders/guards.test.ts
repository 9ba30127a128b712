import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { testDatabase } from '../../support/database.ts';
import { buildContext, buildPlacementContext, createTestOrders } from '../../support/orders.ts';
import { addProduct, addUser } from '../../support/shop.ts';

/** What a user of `psql` meets: plain SQL on a plain connection, without any of our code. */
const { database, ownerUrl: url } = await testDatabase();
const orders = createTestOrders(database);
const customer = await addUser(database);
const admin = await addUser(database, { role: 'admin' });
const product = await addProduct(database);
const items = [{ sku: product.sku, quantity: 2 }];
const pending = await orders.placeOrder(buildPlacementContext(customer), { items });
const queued = await orders.placeOrder(
  buildPlacementContext(customer, undefined, undefined, true),
  {
    items,
  },
);
const cancelled = await orders.placeOrder(buildPlacementContext(customer), { items });
await orders.cancelOrder(buildContext(admin), {
  orderId: cancelled.id,
  reason: null,
  ifMatch: null,
});

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
  const steps = {
    'to jump from PENDING to COMPLETED': `update orders set status = 'COMPLETED' where id = '${pending.id}'`,
    'to go back to QUEUED': `update orders set status = 'QUEUED' where id = '${pending.id}'`,
    'to leave CANCELLED': `update orders set status = 'PENDING', cancel_reason = null, cancelled_at = null where id = '${cancelled.id}'`,
    'to start an order as CONFIRMED': `insert into orders (id, number, customer_id, status, vip, total_minor, currency)
       values (gen_random_uuid(), 'x', '${customer.id}', 'CONFIRMED', false, 0, 'GBP')`,
  };
  for (const [what, sql] of Object.entries(steps)) {
    test(`refuses ${what}`, () => assertRefused(sql, 'orders_status_step_check'));
  }

  test('refuses an override without a reason, even in a transaction that had one for another order', () =>
    assertRefused(
      `begin; select set_config('holdfast.override_reason', '', true);
       update orders set status = 'READY' where id = '${pending.id}'`,
      'orders_status_step_check',
    ));

  test('refuses an unknown status', () =>
    // The step is checked first, and there is none to an unknown status.
    assertRefused(
      `update orders set status = 'SHIPPED' where id = '${pending.id}'`,
      'orders_status_step_check',
    ));

  test('refuses to reserve more units than are on hand, or a negative number', async () => {
    await assertRefused(
      `update stock set reserved = on_hand + 1 where product_id = '${product.id}'`,
      'stock_reserved_check',
    );
    await assertRefused(
      `update stock set reserved = -1 where product_id = '${product.id}'`,
      'stock_reserved_check',
    );
    await assertRefused(
      `update stock set on_hand = 1 where product_id = '${product.id}'`,
      'stock_reserved_check',
    );
  });

  test('refuses a changed, removed or truncated history', async () => {
    const where = `where order_id = '${pending.id}'`;
    await assertRefused(
      `update events set type = 'order.ready' ${where}`,
      'events_append_only_check',
    );
    await assertRefused(`delete from events ${where}`, 'events_append_only_check');
    await assertRefused('truncate events', 'events_append_only_check');
  });

  test('refuses a second event with the same sequence', () =>
    assertRefused(
      `insert into events (id, type, order_id, sequence, actor_type, cause)
       values (gen_random_uuid(), 'order.ready', '${pending.id}', 1, 'system', '{}')`,
      'events_order_id_sequence_key',
    ));

  test('refuses an event without its change, past the end of a history', async () => {
    for (const sequence of [2, 3, 100]) {
      await assertRefused(
        `insert into events (id, type, order_id, sequence, actor_type, cause)
         values (gen_random_uuid(), 'order.ready', '${pending.id}', ${sequence}, 'system', '{}')`,
        'events_append_only_check',
      );
    }
  });

  test('refuses a changed stock ledger', async () => {
    await assertRefused(
      'update stock_movements set delta = 100',
      'stock_movements_append_only_check',
    );
    await assertRefused('delete from stock_movements', 'stock_movements_append_only_check');
    await assertRefused('truncate stock_movements', 'stock_movements_append_only_check');
  });

  test('refuses changes to the legal steps', async () => {
    const constraint = 'order_status_steps_fixed_check';
    await assertRefused(
      `insert into order_status_steps values ('CANCELLED', 'PENDING', false)`,
      constraint,
    );
    await assertRefused('update order_status_steps set override_only = false', constraint);
    await assertRefused('delete from order_status_steps', constraint);
    await assertRefused('truncate order_status_steps', constraint);
  });

  test('refuses a changed or removed line of a placed order, and a removed order', async () => {
    const where = `where order_id = '${pending.id}'`;
    await assertRefused(
      `update order_lines set unit_price_minor = 1, total_minor = quantity ${where}`,
      'order_lines_append_only_check',
    );
    await assertRefused(`delete from order_lines ${where}`, 'order_lines_append_only_check');
    await assertRefused(
      `delete from orders where id = '${pending.id}'`,
      'orders_append_only_check',
    );
  });

  const line = (orderId: string, number: number) =>
    `insert into order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor, created_at)
     select id, place, '${product.id}', 'x', 'x', 1, 0, 0, created_at
       from orders, generate_series(${number}, ${number} + 1) as place
      where id = '${orderId}'`;
  const additions = {
    'a placed order': line(pending.id, 2),
    'an order that has ended': line(cancelled.id, 2),
    'a queued order': line(queued.id, 2),
    'an order, after a gap': line(pending.id, 50),
    'an order whose row was changed in the same transaction':
      `begin; update orders set updated_at = now() where id = '${pending.id}'; ` +
      line(pending.id, 2),
    'an order, where a line exists': `${line(pending.id, 1)} on conflict do nothing`,
    'an order, moved from a queued one': `update order_lines set order_id = '${pending.id}', line_number = 2
        where order_id = '${queued.id}'`,
    'an order, together with a new order': `with new_order as (
         insert into orders (id, number, customer_id, status, vip, total_minor, currency)
         values (gen_random_uuid(), 'fresh', '${customer.id}', 'PENDING', false, 0, 'GBP')
         returning id)
       insert into order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor)
       select id, 1, '${product.id}'::uuid, 'x', 'x', 1, 0, 0 from new_order
       union all
       select '${pending.id}', 2, '${product.id}', 'x', 'x', 1, 0, 0`,
  };
  for (const [what, sql] of Object.entries(additions)) {
    test(`refuses a line added to ${what}`, () =>
      assertRefused(sql, 'order_lines_append_only_check'));
  }

  const missing = '01890000-0000-7000-8000-000000000000';
  const newOrder = (customerId: string) =>
    `insert into orders (id, number, customer_id, status, vip, total_minor, currency)
     values (gen_random_uuid(), 'n1', '${customer.id}', 'PENDING', false, 0, 'GBP'),
            ('01890000-0000-7000-8000-000000000001', 'n2', '${customerId}', 'PENDING', false, 0, 'GBP')`;
  const newLine = (orderId: string, productId: string) =>
    `insert into order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor)
     values ('${orderId}', 1, '${productId}', 'x', 'x', 1, 0, 0)`;

  test('refuses an order of a missing customer, and a line of a missing order or product, in any set', async () => {
    await assertRefused(newOrder(missing), 'orders_customer_id_fkey');
    await assertRefused(newLine(missing, product.id), 'order_lines_order_id_fkey');
    await assertRefused(
      `${newOrder(customer.id)}; ${newLine('01890000-0000-7000-8000-000000000001', missing)}`,
      'order_lines_product_id_fkey',
    );
  });

  test('refuses to remove or renumber what orders refer to, so that it exists as long as they do', async () => {
    for (const [table, id] of [
      ['users', admin.id],
      ['products', product.id],
    ]) {
      const kept = `${table}_kept_check`;
      await assertRefused(`delete from ${table} where id = '${id}'`, kept);
      await assertRefused(`update ${table} set id = gen_random_uuid() where id = '${id}'`, kept);
      await assertRefused(`truncate ${table} cascade`, kept);
    }
    await assertRefused(
      `update orders set id = gen_random_uuid() where id = '${pending.id}'`,
      'orders_kept_check',
    );
    await assertRefused(
      `update orders set customer_id = '${missing}' where id = '${pending.id}'`,
      'orders_kept_check',
    );
    await assertRefused(
      `update order_lines set product_id = '${missing}' where order_id = '${queued.id}'`,
      'order_lines_append_only_check',
    );
  });

  test('refuses to truncate orders with their lines, or only the lines', async () => {
    await assertRefused('truncate orders cascade', 'orders_append_only_check');
    await assertRefused('truncate order_lines', 'order_lines_append_only_check');
  });

  test('refuses a line whose total is not quantity times price', () =>
    assertRefused(
      `insert into order_lines (order_id, line_number, product_id, sku, name, quantity, unit_price_minor, total_minor)
       values ('${pending.id}', 2, '${product.id}', 'x', 'x', 2, 100, 150)`,
      'order_lines_total_minor_check',
    ));

  test('refuses a second order of a customer with the same client token', () =>
    assertRefused(
      `insert into orders (id, number, customer_id, status, vip, total_minor, currency, client_token)
       select gen_random_uuid(), 'n' || number, '${customer.id}', 'PENDING', false, 0, 'GBP', 'same'
         from generate_series(1, 2) as number`,
      'orders_customer_id_client_token_key',
    ));
});

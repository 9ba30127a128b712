import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { query } from '../../support/until.ts';

const NUMBER = 45;

test('an upgrade counts the time of all carts from then on, also of one that has no version yet', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  await query(
    url,
    `with customers as (
       insert into users (id, email, email_key, password_hash, name)
       select gen_random_uuid(), name, name, '$argon2id$', name
         from (values ('a@shop.example'), ('b@shop.example'), ('c@shop.example')) as names (name)
       returning id, name),
     product as (
       insert into products (id, sku, name, price_minor, currency)
       values (gen_random_uuid(), 'TART', 'Tart', 595, 'GBP')
       returning id),
     items as (
       insert into cart_items (id, customer_id, product_id, quantity, added_at)
       select gen_random_uuid(), customers.id, product.id, 1, now() - interval '2 years'
         from customers
        cross join product
        where customers.name in ('a@shop.example', 'b@shop.example'))
     insert into carts (customer_id, version)
     select id, 7
       from customers
      where name = 'b@shop.example'`,
  );
  await migrate(database);
  assert.deepEqual(
    await query(
      url,
      `select name, carts.version, changed_at > now() - interval '1 minute' as young
         from carts
         join users on users.id = carts.customer_id
        order by name`,
    ),
    [
      { name: 'a@shop.example', version: 2, young: true },
      { name: 'b@shop.example', version: 7, young: true },
    ],
  );
});

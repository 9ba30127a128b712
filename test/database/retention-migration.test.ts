import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../src/database/migrate.ts';
import { purgeInSlices } from '../../src/database/purge-in-slices.ts';
import { forgetOrigins } from '../../src/modules/accounts/sessions/session-queries.ts';
import { newId } from '../../src/shared/ids.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { addUser } from '../support/shop.ts';
import { query } from '../support/until.ts';

const NUMBER = 43;

test('an upgrade forgets from where ended orders came, and the next purge where ended sessions were used', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  const { id: customerId } = await addUser(database);
  const insertOrder = async (status: string, network: string | null) => {
    const id = newId();
    await database.transaction(async (tx) => {
      await tx.run('test.trust', 'set local session_replication_role = replica', []);
      await tx.run(
        'test.insert_order',
        `insert into orders (id, number, customer_id, status, vip, total_minor, currency, guest_email_key, guest_network,
                             cancel_reason, cancelled_at)
         values ($1::uuid, right($1::uuid::text, 12), $2::uuid, $3::text, false, 0, 'GBP', 'ann@shop.example', $4::text,
                 case $3 when 'CANCELLED' then 'ADMIN' end, case $3 when 'CANCELLED' then now() end)`,
        [id, customerId, status, network],
      );
    });
    return id;
  };
  const orders = {
    pending: await insertOrder('PENDING', '203.0.113.0/24'),
    completed: await insertOrder('COMPLETED', '203.0.113.0/24'),
    cancelled: await insertOrder('CANCELLED', null),
  };
  await query(
    url,
    `insert into refresh_families (id, user_id, expires_at, ended_at, end_reason, address, user_agent)
     values (gen_random_uuid(), $1, now() + interval '1 day', now(), 'logout', '203.0.113.7', 'a browser'),
            (gen_random_uuid(), $1, now() + interval '1 day', null, null, '203.0.113.8', 'another browser')`,
    [customerId],
  );

  await migrate(database);

  const findNetwork = async (id: string) =>
    (await query(url, 'select guest_network from orders where id = $1', [id]))[0]?.guest_network;
  assert.equal(await findNetwork(orders.pending), '203.0.113.0/24');
  assert.equal(await findNetwork(orders.completed), '');
  assert.equal(await findNetwork(orders.cancelled), null);
  await purgeInSlices(database, forgetOrigins, new AbortController().signal);
  assert.deepEqual(
    await query(
      url,
      'select address, user_agent as agent from refresh_families order by ended_at nulls first',
    ),
    [
      { address: '203.0.113.8', agent: 'another browser' },
      { address: null, agent: null },
    ],
  );
});

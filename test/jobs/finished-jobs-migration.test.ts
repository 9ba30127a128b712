import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../src/database/migrate.ts';
import { newId } from '../../src/shared/ids.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { query } from '../support/until.ts';

const NUMBER = 22;

test('an upgrade deletes finished jobs only, and the relay continues after every event that had its job', async () => {
  const { database, url } = await openOldDatabase(NUMBER);
  await query(
    url,
    `insert into events (id, type, actor_type, cause)
     select gen_random_uuid(), 'stock.adjusted', 'system', '{}' from generate_series(1, 4)`,
  );
  // The server ended after it had written the jobs of the first three events and before it moved its cursor.
  await query(url, `insert into log_readers (name, position) values ('relay', 1)`);
  await query(
    url,
    `insert into jobs (id, name, queue, data, event_id, state, ended_at)
     select gen_random_uuid(), 'notifications.send-mail', 'mail', '{}', id, 'done', now()
       from events where position <= 3`,
  );
  for (const state of ['waiting', 'dead']) {
    await query(
      url,
      `insert into jobs (id, name, queue, data, state, ended_at)
       values ($1, 'webhooks.deliver', 'webhooks', '{}', $2, case when $2 = 'dead' then now() end)`,
      [newId(), state],
    );
  }
  // A replay creates deliveries of events that the relay has not reached.
  await query(
    url,
    `insert into jobs (id, name, queue, data, event_id)
     select gen_random_uuid(), 'webhooks.deliver', 'webhooks', '{}', id from events where position = 4`,
  );
  await migrate(database);
  assert.deepEqual(await query(url, 'select state from jobs order by state'), [
    { state: 'dead' },
    { state: 'waiting' },
    { state: 'waiting' },
  ]);
  assert.deepEqual(await query(url, `select position::int from log_readers`), [{ position: 3 }]);
});

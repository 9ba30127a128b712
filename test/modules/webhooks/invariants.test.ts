import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import pg from 'pg';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { createWebhooksFixture } from './webhooks-fixture.ts';

/** The wrong deliveries that the database itself refuses or finds. */
const db = await testDatabase({ invariants: false });
const fixture = await createWebhooksFixture(db, { runs: false });
await fixture.addEndpoint();
const [orderId, otherId] = [newId(), newId()];
await fixture.relay(
  await fixture.record(
    { orderId, sequence: 1 },
    { orderId, sequence: 2 },
    { orderId: otherId, sequence: 1 },
  ),
);

/** Makes the changes, looks, and rolls them back. If `unchecked`, makes them as a careless superuser would. */
async function change<T>(
  changes: readonly string[],
  unchecked: boolean,
  look: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: db.ownerUrl });
  await client.connect();
  try {
    await client.query('begin');
    if (unchecked) await client.query('set local session_replication_role = replica');
    for (const text of changes) await client.query(text);
    return await look(client);
  } finally {
    await client.end();
  }
}

function findViolations(...changes: string[]): Promise<string[]> {
  return change(changes, true, async (client) => {
    const { rows } = await client.query('select detail from inv_webhook_deliveries');
    return rows.map(({ detail }) => String(detail));
  });
}

const head = `(select delivery_id from webhook_lines where line_id = '${orderId}')`;
const job = `(select job_id from webhook_deliveries where id = ${head})`;

describe('the invariant of deliveries', () => {
  test('holds while the head of each delivery queue has a job and the next delivery waits', async () => {
    assert.deepEqual(await findViolations(), []);
  });

  const breaks: Record<string, readonly [changes: string, detail: RegExp, count: number]> = {
    'a delivery queue that is gone': [
      `delete from webhook_lines where line_id = '${orderId}'`,
      /nobody's turn/,
      2,
    ],
    'a head that has ended': [
      `update webhook_deliveries set status = 'FAILED', ended_at = now() where id = ${head}`,
      /which is FAILED/,
      1,
    ],
    'a job that is gone': [`delete from jobs where id = ${job}`, /has no job/, 2],
    'a job that is dead': [
      `update jobs set state = 'dead', ended_at = now() where id = ${job}`,
      /whose job is dead/,
      2,
    ],
    'a head out of order': [
      `update webhook_lines
          set delivery_id = later.id
         from webhook_deliveries as later
        where webhook_lines.line_id = '${orderId}'
          and later.line_id = '${orderId}'
          and later.id <> webhook_lines.delivery_id;
       update webhook_deliveries
          set job_id = (select job_id from webhook_deliveries where line_id = '${otherId}')
        where id = ${head}`,
      /comes before/,
      1,
    ],
  };
  for (const [what, [text, detail, count]] of Object.entries(breaks)) {
    test(`finds ${what}`, async () => {
      const details = await findViolations(text);
      assert.equal(details.length, count, details.join());
      for (const one of details) assert.match(one, detail);
    });
  }
});

describe('the database', () => {
  const refused: Record<string, readonly [text: string, constraint: string]> = {
    'success without a 2xx': [
      `update webhook_deliveries set status = 'DELIVERED', ended_at = now(), last_status = 500`,
      'webhook_deliveries_delivered_check',
    ],
    'an end without a time': [
      `update webhook_deliveries set status = 'FAILED'`,
      'webhook_deliveries_ended_at_check',
    ],
    'a queue that is not that of its order': [
      'update webhook_deliveries set line_id = event_id',
      'webhook_deliveries_line_id_check',
    ],
    'one event twice for an endpoint': [
      `update webhook_deliveries set event_id = '${orderId}'`,
      'webhook_deliveries_endpoint_id_event_id_key',
    ],
    'a deleted endpoint that is active': [
      'update webhook_endpoints set deleted_at = now()',
      'webhook_endpoints_deleted_at_check',
    ],
    'a previous secret without an end': [
      `update webhook_endpoints set previous_secret = 'whsec_'`,
      'webhook_endpoints_previous_secret_check',
    ],
  };
  for (const [what, [text, constraint]] of Object.entries(refused)) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(
        change([text], false, () => Promise.resolve()),
        (error: { constraint?: string }) => error.constraint === constraint,
      );
    });
  }
});

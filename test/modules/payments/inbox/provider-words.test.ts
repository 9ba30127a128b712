import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purgeInSlices } from '../../../../src/database/purge-in-slices.ts';
import { forgetDeadWords, forgetWords } from '../../../../src/modules/payments/inbox/queries.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { query } from '../../../support/until.ts';

// The events are of payments that never were.
const { database, url } = await testDatabase({ invariants: false });

async function insertEvent(
  status: string,
  ageDays: number,
  event: object,
  error: string | null = null,
): Promise<string> {
  const id = newId();
  await query(
    url,
    `insert into provider_events (id, provider, event_id, type, payload, cause, status, last_error, received_at,
                                  next_attempt_at, failed_at)
     values ($1::uuid, 'sandbox', $1::uuid::text, 'x', $2, '{}', $3, $4, now() - $5::int * interval '1 day',
             case $3 when 'RECEIVED' then now() end, case $3 when 'DEAD' then now() end)`,
    [id, JSON.stringify(event), status, error, ageDays],
  );
  return id;
}

const read = (ids: readonly string[]) =>
  query(url, 'select * from provider_events where id = any($1) order by id', [ids]);

test('what a provider said about a payment is removed after 90 days, unless the event is still to be applied', async () => {
  const failed = { kind: 'failed', paymentId: newId(), reason: 'Anns card was declined' };
  const refund = { kind: 'refund', amountMinor: 5, failure: 'Anns account is closed' };
  const expired = { kind: 'expired', paymentId: newId() };
  const old = await insertEvent('APPLIED', 91, failed);
  const oldRefund = await insertEvent('IGNORED', 91, refund);
  const oldError = await insertEvent('APPLIED', 91, expired, 'Ann is unknown');
  const kept = [
    await insertEvent('APPLIED', 89, failed, 'x'),
    await insertEvent('DEAD', 91, failed, 'x'),
    await insertEvent('RECEIVED', 91, refund, 'x'),
    await insertEvent('APPLIED', 91, expired),
  ];
  const before = await read(kept);

  const count = await purgeInSlices(database, forgetWords, new AbortController().signal);

  assert.equal(count, 3);
  assert.deepEqual(await read(kept), before);
  const cleared = await read([old, oldRefund, oldError]);
  assert.deepEqual(
    cleared.map(({ payload, last_error }) => ({ payload, last_error })),
    [
      { payload: { kind: 'failed', paymentId: failed.paymentId }, last_error: null },
      { payload: { kind: 'refund', amountMinor: 5 }, last_error: null },
      { payload: expired, last_error: null },
    ],
  );
});

test('those of an event that nobody has applied again for 90 days are removed, too, and it can be applied as before', async () => {
  const failed = { kind: 'failed', paymentId: newId(), reason: 'Anns card was declined' };
  const refund = { kind: 'refund', amountMinor: 5, failure: 'Anns account is closed' };
  const expired = { kind: 'expired', paymentId: newId() };
  const ids = [
    await insertEvent('DEAD', 91, failed),
    await insertEvent('DEAD', 91, refund, 'Ann is unknown'),
    await insertEvent('DEAD', 91, expired, 'Ann is unknown'),
  ];
  const kept = [
    await insertEvent('DEAD', 89, failed, 'x'),
    await insertEvent('DEAD', 91, expired),
    await insertEvent('RECEIVED', 91, refund, 'x'),
  ];
  await query(
    url,
    `update provider_events set failed_at = received_at where id = any($1) and status = 'DEAD'`,
    [[...ids, ...kept]],
  );
  const before = await read(kept);

  const count = await purgeInSlices(database, forgetDeadWords, new AbortController().signal);

  assert.equal(count, 3);
  assert.deepEqual(await read(kept), before);
  // As `readWebhook` returns an event about which the provider said nothing.
  assert.deepEqual(
    (await read(ids)).map(({ payload, last_error, status }) => ({ payload, last_error, status })),
    [{ ...failed, reason: null }, { ...refund, failure: null }, expired].map((payload) => ({
      payload,
      last_error: null,
      status: 'DEAD',
    })),
  );
});

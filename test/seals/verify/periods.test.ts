import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logNames, verifyLog } from '../../../src/seals/index.ts';
import { createSealedLog } from '../../support/sealed-log.ts';

/** A row at position N is of day N of 2026. The seals of each log end at 5, 11 and 17. */
const log = await createSealedLog({
  beforeSealing: logNames
    .map(
      (name) =>
        `update ${name} set at = timestamptz '2025-12-31T12:00:00Z' + position * interval '1 day'`,
    )
    .join('; '),
});
const rows = await log.listRows('events');

const day = (number: number) => new Date(Date.UTC(2026, 0, number)).toISOString();

async function findIn(statements: string, period: { from?: string; to?: string }) {
  let kinds: string[] = [];
  await log.tamper(statements, async () => {
    const { findings } = await verifyLog(log.database, { keys: log.keys, ...period });
    kinds = findings.map((finding) =>
      'position' in finding ? `${finding.kind} ${finding.position}` : finding.kind,
    );
  });
  return kinds;
}

const alter = (position: number) => `update events set reason = 'x' where position = ${position}`;

test('only the seals around the rows of a period are compared with them', async () => {
  const compared = async (period: { from?: string; to?: string }) => {
    const found = await verifyLog(log.database, { keys: log.keys, ...period });
    assert.deepEqual(found.findings, []);
    assert.equal(found.seals, 6);
    return found.rows;
  };
  assert.deepEqual(await compared({}), { events: 12, audit: 12 });
  assert.deepEqual(await compared({ from: day(13) }), { events: 8, audit: 8 });
  assert.deepEqual(await compared({ from: day(14) }), { events: 4, audit: 4 });
  assert.deepEqual(await compared({ to: day(5) }), { events: 4, audit: 4 });
  assert.deepEqual(await compared({ from: day(8), to: day(9) }), { events: 4, audit: 4 });
  assert.deepEqual(await compared({ from: day(100) }), { events: 4, audit: 4 });
});

test('what was altered in the period is found, and what was altered outside is not', async () => {
  const period = { from: day(7), to: day(12) };
  assert.deepEqual(await findIn(alter(11), period), ['row_altered 11']);
  assert.deepEqual(await findIn(alter(17), { ...period, to: day(11) }), []);
  assert.deepEqual(await findIn(alter(17), { from: day(17) }), ['row_altered 17']);
  assert.deepEqual(await findIn(alter(1), { to: day(2) }), ['row_altered 1']);
  assert.deepEqual(await findIn(alter(17), { to: day(2) }), []);
});

test('rows that were removed from the period or given other times are found', async () => {
  const period = { from: day(7), to: day(12) };
  const missing = ['row_missing 7', 'row_missing 8', 'row_missing 10', 'row_missing 11'];
  assert.deepEqual(
    await findIn('delete from events where position between 7 and 11', period),
    missing,
  );
  for (const at of ['2020-01-01', '2030-01-01']) {
    assert.deepEqual(
      await findIn(`update events set at = '${at}' where position between 7 and 11`, period),
      missing.map((text) => text.replace('missing', 'altered')),
    );
    assert.deepEqual(await findIn(`update events set at = '${at}' where position = 11`, period), [
      'row_altered 11',
    ]);
    assert.deepEqual(await findIn(`update events set at = '${at}' where position = 7`, period), [
      'row_altered 7',
    ]);
  }
});

test('a seal that was altered is found whatever the period is', async () => {
  assert.deepEqual(await findIn('delete from log_seals where number = 1', { from: day(17) }), [
    'seal_missing',
  ]);
});

test('a row outside all seals is reported as not sealed', async () => {
  await log.tamper('select', async () => {
    await log.write(2);
    const { whole, unsealed } = await verifyLog(log.database, { keys: log.keys });
    assert.equal(whole, true);
    assert.equal(unsealed.events.rows, 2);
    assert.ok(unsealed.events.oldestSeconds! >= 0);
  });
  assert.equal(rows.length, 12);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordPriceChange } from '../../../src/modules/pricing/index.ts';
import { systemActor } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { findPriceChanges } from '../../support/price-changes.ts';
import { testCause } from '../../support/shop.ts';

const { database } = await testDatabase();

async function record(before: object | null, after: object | null) {
  const id = newId();
  const row = (terms: object | null) => terms && { id, name: 'Delivery', version: 7, terms };
  await database.transaction((tx) =>
    recordPriceChange(
      tx,
      { kind: 'charge', before: row(before), after: row(after), toTerms: ({ terms }) => terms },
      { actor: systemActor, cause: { ...testCause, job: 'import' } },
    ),
  );
  const [event] = (await findPriceChanges(database)).filter(({ data }) => data.id === id);
  return event!;
}

test('a change tells the fields that differ, in depth, and nothing of the others', async () => {
  const before = {
    name: 'A',
    amount: { amount: 1, currency: 'GBP' },
    list: ['x', 'y'],
    rest: null,
  };
  const after = { name: 'A', amount: { amount: 2, currency: 'GBP' }, list: ['y', 'x'] };
  const { data, actorType, actorId, job } = await record(before, after);
  assert.deepEqual([actorType, actorId, job], ['system', null, 'import']);
  assert.equal(data.change, 'changed');
  assert.deepEqual(data.changes, {
    amount: { from: before.amount, to: after.amount },
    list: { from: before.list, to: after.list },
  });
});

test('a text or list of up to 2 KB of JSON is repeated, of a longer one only the length is told', async () => {
  const text = (bytes: number) => 'x'.repeat(bytes - 2);
  const short = ['a', text(2_042)];
  const long = ['a', text(2_043)];
  assert.equal(JSON.stringify(short).length, 2_048);
  assert.deepEqual((await record(null, { list: short, text: text(2_048) })).data.changes, {
    list: { from: null, to: short },
    text: { from: null, to: text(2_048) },
  });
  const { changes } = (
    await record({ list: short, text: text(2_049) }, { list: long, text: '£'.repeat(1_024) })
  ).data;
  assert.deepEqual(changes, {
    list: { from: short, to: { length: 2 } },
    text: { from: { length: 2_047 }, to: { length: 1_024 } },
  });
  const other = ['b', text(2_043)];
  assert.deepEqual((await record({ list: long }, { list: other })).data.changes, {
    list: { from: { length: 2 }, to: { length: 2 } },
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEFORE_ALL, scopes } from '../../../src/modules/operations/scope-queries.ts';
import { testDatabase } from '../../support/database.ts';
import { addDiscount } from '../../support/pricing.ts';

// The discounts count uses that belong to no orders.
const { database } = await testDatabase({ invariants: false });
const { slice } = scopes.discount;

test('a slice of discounts ends where they have more uses than a check should count, and every discount is in one', async () => {
  const ids: string[] = [];
  for (const uses of [10, 50, 1_000, 0, 0]) ids.push(await addDiscount(database, { uses }));
  const slices: string[][] = [];
  let after: string | null = BEFORE_ALL.uuid;
  while (after !== null) {
    // Two discounts, or 50 uses.
    const [next]: { ids: string[]; last: string | null }[] = await slice(database, after, 2);
    slices.push(next!.ids.toSorted());
    after = next!.last;
  }
  const [a, b, c, d, e] = ids;
  assert.deepEqual(slices, [[a, b], [c], [d, e], []]);
});

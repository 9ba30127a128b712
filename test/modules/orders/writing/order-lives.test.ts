import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { reportInvariants } from '../../../../src/modules/operations/check-invariants.ts';
import { testDatabase } from '../../../support/database.ts';
import { randomRuns } from '../../../support/random-runs.ts';
import { addUser } from '../../../support/shop.ts';
import { createLife } from './life.ts';
import { lifeSteps } from './life-steps.ts';
import { readStored } from './stored.ts';

/**
 * Lives of orders, written by `writeOrders` in sets of any size and compared with an independent model of the rules.
 * After each step the database contains what the model expects: rows, versions, sequences, lines with their modifiers and
 * discounts, the queue, stock, its ledger, the uses of discounts and the log.
 */
const { database } = await testDatabase({ invariants: false });
const customer = await addUser(database);

/** The payment statuses of the model have no payments behind them. */
const withoutMoney = (name: string) => !name.startsWith('inv_payment_');

test('row, sequence, lines, stock, uses and events stay consistent, whatever happens to orders', async () => {
  await fc.assert(
    fc.asyncProperty(lifeSteps, async (steps) => {
      const life = await createLife(database, customer);
      for (const step of steps) {
        await life.take(step);
        assert.deepEqual(await readStored(database, life), life.expected);
      }
      const { invariants } = await reportInvariants(database);
      const broken = invariants.filter(({ ok, name }) => !ok && withoutMoney(name));
      assert.deepEqual(broken, []);
    }),
    { numRuns: randomRuns(25) },
  );
});

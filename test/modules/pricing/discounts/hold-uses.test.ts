import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Database } from '../../../../src/database/database.ts';
import {
  countCustomerUses,
  findUses,
  holdUses,
  isUsedUp,
  lockDiscounts,
  releaseUses,
} from '../../../../src/modules/pricing/index.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { addDiscount } from '../../../support/pricing.ts';

// The uses belong to no orders.
const { database } = await testDatabase({ invariants: false });

const hold = (orderId: string, ...discountIds: string[]) =>
  database.transaction((tx) =>
    holdUses(
      tx,
      discountIds.map((discountId) => ({ orderId, discountId, customerId: newId() })),
    ),
  );
const release = (...orderIds: string[]) => database.transaction((tx) => releaseUses(tx, orderIds));

/** Returns the counter of a discount, which must be equal to its rows. */
async function countUses(discountId: string): Promise<number> {
  const [counted] = await findUses(database, [discountId]);
  const [row] = await database.run<{ count: number }>(
    'test.count_uses',
    'select count(*)::int as count from discount_uses where discount_id = $1::uuid',
    [discountId],
  );
  assert.equal(counted!.uses, row!.count);
  return counted!.uses;
}

/** Returns how many succeeded. The others must have failed because a discount was used up. */
async function countSuccesses(attempts: readonly Promise<void>[]): Promise<number> {
  const results = await Promise.allSettled(attempts);
  for (const result of results) {
    if (result.status === 'rejected') assert.ok(isUsedUp(result.reason), String(result.reason));
  }
  return results.filter(({ status }) => status === 'fulfilled').length;
}

const range = (length: number) => Array.from({ length }, () => newId());

describe('the uses of a discount', () => {
  test('of 200 concurrent transactions, as many succeed as there are uses', async () => {
    const id = await addDiscount(database, { uses_max: 50 });
    assert.equal(await countSuccesses(range(200).map((orderId) => hold(orderId, id))), 50);
    assert.equal(await countUses(id), 50);
  });

  test('two discounts are locked in one order, however they are named, and held both or neither', async () => {
    const scarce = await addDiscount(database, { uses_max: 10 });
    const free = await addDiscount(database);
    const attempts = range(60).map((orderId, index) =>
      index % 2 === 0 ? hold(orderId, scarce, free) : hold(orderId, free, scarce),
    );
    assert.equal(await countSuccesses(attempts), 10);
    assert.equal(await countUses(scarce), 10);
    assert.equal(await countUses(free), 10);
  });

  test('one transaction holds the uses of several orders, all or none', async () => {
    const id = await addDiscount(database, { uses_max: 3 });
    const batch = (orderIds: readonly string[]) =>
      database.transaction((tx) =>
        holdUses(
          tx,
          orderIds.map((orderId) => ({ orderId, discountId: id, customerId: newId() })),
        ),
      );
    await assert.rejects(batch(range(4)), isUsedUp);
    assert.equal(await countUses(id), 0);
    await batch(range(3));
    assert.equal(await countUses(id), 3);
  });

  test('are given back once, however often and concurrently they are released', async () => {
    const id = await addDiscount(database, { uses_max: 2 });
    const orderId = newId();
    await hold(orderId, id);
    await hold(newId(), id);
    await Promise.all(range(10).map(() => release(orderId)));
    assert.equal(await countUses(id), 1);
    await release(orderId);
    assert.equal(await countUses(id), 1);
  });

  test('never exceed the maximum while they are held and released at once', async () => {
    const id = await addDiscount(database, { uses_max: 5 });
    const held = range(5);
    for (const orderId of held) await hold(orderId, id);
    const holding = range(40).map((orderId) => hold(orderId, id));
    const releasing = held.map((orderId) => release(orderId));
    const successes = await countSuccesses(holding);
    await Promise.all(releasing);
    assert.ok(successes <= 5);
    assert.equal(await countUses(id), successes);
  });

  test('cannot be held of a discount that was deleted', async () => {
    const id = await addDiscount(database);
    await deleteRow(database, id);
    await assert.rejects(hold(newId(), id), isUsedUp);
    const other = await addDiscount(database);
    await assert.rejects(hold(newId(), other, id), isUsedUp);
    assert.equal(await countUses(other), 0);
  });

  test('an order holds a discount once', async () => {
    const id = await addDiscount(database);
    const orderId = newId();
    await hold(orderId, id);
    await assert.rejects(hold(orderId, id), (error) => !isUsedUp(error));
    assert.equal(await countUses(id), 1);
  });

  test('a discount is deleted or used, whatever the race', async () => {
    for (const orderId of range(20)) {
      const id = await addDiscount(database);
      const [deletion, holding] = await Promise.allSettled([
        deleteRow(database, id),
        hold(orderId, id),
      ]);
      const outcome = [deletion.status, holding.status].sort();
      assert.deepEqual(outcome, ['fulfilled', 'rejected']);
      if (holding.status === 'rejected') assert.ok(isUsedUp(holding.reason));
    }
  });

  test('wait for a transaction that has locked the discount', async () => {
    const id = await addDiscount(database, { code: 'Locked', uses_max: 1 });
    let holding: Promise<void> = Promise.resolve();
    await database.transaction(async (tx) => {
      const [found] = await lockDiscounts(tx, { codes: [' LOCKED '] });
      assert.equal(found!.uses, 0);
      holding = hold(newId(), id);
      holding.catch(() => {});
      await holdUses(tx, [{ orderId: newId(), discountId: id, customerId: newId() }]);
    });
    await assert.rejects(holding, isUsedUp);
    assert.equal(await countUses(id), 1);
  });

  test('are counted by customer, and releasing orders without uses changes nothing', async () => {
    const [one, other] = [await addDiscount(database), await addDiscount(database)];
    const [customerId, stranger] = [newId(), newId()];
    await database.transaction((tx) =>
      holdUses(tx, [
        { orderId: newId(), discountId: one, customerId },
        { orderId: newId(), discountId: one, customerId },
        { orderId: newId(), discountId: other, customerId },
        { orderId: newId(), discountId: other, customerId: stranger },
      ]),
    );
    await release(newId());
    await release();
    await database.transaction((tx) => holdUses(tx, []));
    assert.deepEqual(await countCustomerUses(database, [customerId], [one]), [
      { customerId, discountId: one, count: 2 },
    ]);
    const counts = await countCustomerUses(database, [customerId, stranger], [one, other]);
    assert.deepEqual(counts.map(({ count }) => count).sort(), [1, 1, 2]);
  });
});

function deleteRow(db: Database, id: string): Promise<unknown> {
  return db.run('test.delete_discount', 'delete from discounts where id = $1::uuid', [id]);
}

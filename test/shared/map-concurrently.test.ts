import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapConcurrently } from '../../src/shared/map-concurrently.ts';

test('results are in the order of the inputs, and the concurrency stays within its limit', async () => {
  let underWay = 0;
  let most = 0;
  const results = await mapConcurrently([3, 1, 2, 5, 4], 2, async (input) => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let steps = 0; steps < input; steps += 1) await Promise.resolve();
    underWay -= 1;
    return input * 10;
  });
  assert.deepEqual(results, [30, 10, 20, 50, 40]);
  assert.equal(most, 2);
});

test('after a failure nothing more starts, running work ends first, and the failure is thrown', async () => {
  const begun: number[] = [];
  const slow = Promise.withResolvers<void>();
  let isOver = false;
  const mapped = mapConcurrently([0, 1, 2, 3], 2, async (input) => {
    begun.push(input);
    if (input === 1) throw new Error('the second');
    await slow.promise;
    isOver = true;
  });
  setImmediate(slow.resolve);
  await assert.rejects(mapped, /the second/);
  assert.ok(isOver);
  assert.deepEqual(begun, [0, 1]);
});

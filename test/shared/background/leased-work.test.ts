import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLeasedWork } from '../../../src/shared/background/leased-work.ts';

/** Longer than any test. */
const NEVER_MS = 600_000;

/** Creates work on numbered rows, each of which ends when the test ends it. */
function watched(due: number[], concurrency = 2) {
  const begun: number[] = [];
  const claims: number[] = [];
  const errors: unknown[] = [];
  const ends = new Map<number, PromiseWithResolvers<void>>();
  const work = createLeasedWork<number>({
    concurrency,
    async claim(limit) {
      claims.push(limit);
      return due.splice(0, limit);
    },
    work(row) {
      begun.push(row);
      const end = Promise.withResolvers<void>();
      ends.set(row, end);
      return end.promise;
    },
    intervalMs: NEVER_MS,
    onError: (error) => errors.push(error),
  });
  return {
    work,
    begun,
    claims,
    errors,
    end: (row: number) => ends.get(row)!.resolve(),
    fail: (row: number) => ends.get(row)!.reject(new Error(`row ${row}`)),
  };
}

/** Lets all pending callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('free slots are filled, and again as soon as a row has ended', async () => {
  const { work, begun, claims, end } = watched([1, 2, 3, 4]);
  work.start();
  work.nudge();
  await settle();
  assert.deepEqual(begun, [1, 2]);
  assert.equal(work.room(), 0);
  end(1);
  await settle();
  assert.deepEqual(begun, [1, 2, 3]);
  for (const row of [2, 3]) end(row);
  await settle();
  end(4);
  await settle();
  assert.deepEqual(begun, [1, 2, 3, 4]);
  const claimsBefore = claims.length;
  // The last claim found fewer rows than free slots, so it is not repeated.
  work.nudge();
  await settle();
  assert.equal(claims.length, claimsBefore + 1);
  await work.stop();
});

test('a failed row is reported and frees its slot', async () => {
  const { work, begun, errors, fail, end } = watched([1, 2], 1);
  work.start();
  work.nudge();
  await settle();
  fail(1);
  await settle();
  assert.equal((errors[0] as Error).message, 'row 1');
  assert.deepEqual(begun, [1, 2]);
  end(2);
  await work.stop();
});

test('rows claimed elsewhere occupy slots, and further rows follow when one has ended', async () => {
  const due: number[] = [];
  const { work, begun, end } = watched(due, 1);
  assert.equal(work.room(), 0, 'no free slots before the start');
  work.start();
  assert.equal(work.room(), 1);
  const ended = work.begin([1]);
  assert.equal(work.room(), 0);
  due.push(2);
  work.expectMore();
  end(1);
  await ended;
  await settle();
  assert.deepEqual(begun, [1, 2]);
  end(2);
  await work.stop();
});

test('a stop waits for the work in progress', async () => {
  const { work, end } = watched([1]);
  work.start();
  work.nudge();
  await settle();
  let isStopped = false;
  const stopped = work.stop().then(() => {
    isStopped = true;
  });
  await settle();
  assert.equal(isStopped, false);
  end(1);
  await stopped;
});

test('due rows can be worked on once without a start', async () => {
  const { work, begun, end } = watched([1, 2, 3]);
  const once = work.workOnce();
  await settle();
  for (const row of [1, 2]) end(row);
  assert.equal(await once, 2);
  assert.deepEqual(begun, [1, 2]);
});

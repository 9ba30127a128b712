import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createRecurringTask,
  type RecurringTaskOptions,
} from '../../../src/shared/background/recurring-task.ts';

/** Longer than any test. */
const NEVER_MS = 600_000;

/** Creates a task whose rounds the test ends. */
function watched(options: Partial<RecurringTaskOptions> = {}) {
  const rounds: { readonly end: (nextMs: number | null) => void; readonly fail: () => void }[] = [];
  const errors: unknown[] = [];
  let begun = Promise.withResolvers<void>();
  const task = createRecurringTask({
    retryMs: NEVER_MS,
    onError: (error) => errors.push(error),
    work() {
      const { promise, resolve, reject } = Promise.withResolvers<number | null>();
      rounds.push({ end: resolve, fail: () => reject(new Error('failed')) });
      begun.resolve();
      return promise;
    },
    ...options,
  });
  return {
    task,
    rounds,
    errors,
    /** Waits for the next round to begin. */
    async round() {
      await begun.promise;
      begun = Promise.withResolvers();
      return rounds.at(-1)!;
    },
  };
}

/** Lets all pending callbacks run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('rounds follow each other, and a nudge ends the wait for the next one', async () => {
  const { task, rounds, round } = watched();
  task.nudge();
  await settle();
  assert.equal(rounds.length, 0, 'nothing happens before the start');
  task.start();
  task.start();
  (await round()).end(0);
  (await round()).end(1);
  (await round()).end(NEVER_MS);
  await settle();
  assert.equal(rounds.length, 3);
  task.nudge();
  (await round()).end(null);
  await settle();
  assert.equal(rounds.length, 4);
  task.nudge();
  (await round()).end(null);
  await task.stop();
  assert.equal(rounds.length, 5);
});

test('one or several nudges during a round cause one more round', async () => {
  const { task, rounds, round } = watched();
  task.start();
  const first = await round();
  task.nudge();
  task.nudge();
  assert.equal(rounds.length, 1);
  first.end(NEVER_MS);
  (await round()).end(NEVER_MS);
  await settle();
  assert.equal(rounds.length, 2);
  await task.stop();
});

test('a failed round is reported, the next one waits by the backoff, and a success resets the backoff', async () => {
  const asked: number[] = [];
  const retryMs = (failures: number) => {
    asked.push(failures);
    return 1;
  };
  const { task, errors, round } = watched({ retryMs });
  task.start();
  (await round()).fail();
  (await round()).fail();
  (await round()).end(0);
  (await round()).fail();
  (await round()).end(null);
  await task.stop();
  assert.equal(errors.length, 3);
  assert.deepEqual(asked, [1, 2, 1]);
});

test('a nudge during a failing round does not start the next one early', async () => {
  const { task, rounds, round } = watched();
  task.start();
  const first = await round();
  task.nudge();
  first.fail();
  await settle();
  assert.equal(rounds.length, 1);
  await task.stop();
});

test('a stop fires the signal, waits for the round in progress, and allows a new start', async () => {
  let signal: AbortSignal | undefined;
  let round = Promise.withResolvers<number>();
  let count = 0;
  const task = createRecurringTask({
    retryMs: NEVER_MS,
    onError: () => assert.fail(),
    work(given) {
      signal = given;
      count += 1;
      return round.promise;
    },
  });
  task.start();
  await settle();
  let isStopped = false;
  const stopped = task.stop().then(() => {
    isStopped = true;
  });
  await settle();
  assert.equal(signal?.aborted, true);
  assert.equal(task.isStarted, false);
  assert.equal(isStopped, false);
  // The new start waits for the old round.
  task.start();
  await settle();
  assert.equal(count, 1);
  round.resolve(0);
  round = Promise.withResolvers();
  await stopped;
  await settle();
  assert.equal(count, 2);
  assert.equal(task.isStarted, true);
  round.resolve(NEVER_MS);
  await task.stop();
});

test('the first round can be set to wait, but a nudge starts it', async () => {
  const { task, rounds, round } = watched({ firstWaitMs: NEVER_MS });
  task.start();
  await settle();
  assert.equal(rounds.length, 0);
  task.nudge();
  (await round()).end(null);
  await task.stop();
  task.start();
  task.nudge();
  (await round()).end(null);
  await task.stop();
  task.start();
  await task.stop();
  assert.equal(rounds.length, 2);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BatcherOptions, createBatcher } from '../../src/shared/batcher.ts';
import { CodedError } from '../../src/shared/errors.ts';

interface Job {
  readonly name: string;
  readonly exclusive?: string;
}

/** Creates a batcher whose batches the test ends. */
function controlled(
  changes: Partial<
    Pick<BatcherOptions<Job, string>, 'batchesMax' | 'sizeMax' | 'gatherMs' | 'waitingMax'>
  > = {},
) {
  const batches: { names: string[]; finish: () => void; fail: (error: unknown) => void }[] = [];
  let arrived: () => void = () => {};
  const submit = createBatcher<Job, string>({
    batchesMax: 1,
    sizeMax: 10,
    waitingMax: 100,
    exclusives: (job) => (job.exclusive === undefined ? [] : [job.exclusive]),
    mayRetryAlone: (error) => !(error instanceof CodedError),
    ...changes,
    run: (jobs) =>
      new Promise((resolve, reject) => {
        batches.push({
          names: jobs.map((job) => job.name),
          finish: () => resolve(jobs.map((job) => `done ${job.name}`)),
          fail: reject,
        });
        arrived();
      }),
  });
  async function batch(number: number) {
    while (batches.length < number) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    return batches[number - 1]!;
  }
  return { submit, batch, batches };
}

describe('the batcher', () => {
  test('a lone request is sent at once, and those that arrive meanwhile form the next batch', async () => {
    const { submit, batch } = controlled();
    const first = submit({ name: 'a' });
    const one = await batch(1);
    assert.deepEqual(one.names, ['a']);
    const others = ['b', 'c', 'd'].map((name) => submit({ name }));
    one.finish();
    const two = await batch(2);
    assert.deepEqual(two.names, ['b', 'c', 'd']);
    two.finish();
    assert.deepEqual(await Promise.all([first, ...others]), [
      'done a',
      'done b',
      'done c',
      'done d',
    ]);
  });

  test('requests of one tick share a batch', async () => {
    const { submit, batch } = controlled();
    const all = ['a', 'b', 'c'].map((name) => submit({ name }));
    const one = await batch(1);
    assert.deepEqual(one.names, ['a', 'b', 'c']);
    one.finish();
    await Promise.all(all);
  });

  test('a name in a running batch waits for its end, while others go into the second batch', async () => {
    const { submit, batch, batches } = controlled({ batchesMax: 2 });
    const first = submit({ name: 'a', exclusive: 'key' });
    const one = await batch(1);
    const repeat = submit({ name: 'b', exclusive: 'key' });
    const other = submit({ name: 'c' });
    const two = await batch(2);
    assert.deepEqual(two.names, ['c']);
    two.finish();
    await other;
    assert.equal(batches.length, 2);
    one.finish();
    await first;
    const three = await batch(3);
    assert.deepEqual(three.names, ['b']);
    three.finish();
    assert.equal(await repeat, 'done b');
  });

  test('a batch contains an exclusive name once; the second request waits and keeps its place', async () => {
    const { submit, batch } = controlled();
    const all = [
      submit({ name: 'a', exclusive: 'key' }),
      submit({ name: 'b', exclusive: 'key' }),
      submit({ name: 'c' }),
      submit({ name: 'd', exclusive: 'key' }),
    ];
    const one = await batch(1);
    assert.deepEqual(one.names, ['a', 'c']);
    one.finish();
    const two = await batch(2);
    assert.deepEqual(two.names, ['b']);
    two.finish();
    const three = await batch(3);
    assert.deepEqual(three.names, ['d']);
    three.finish();
    await Promise.all(all);
  });

  test('the names of a request are computed once, however many batches it waits for', async () => {
    let asked = 0;
    const submit = createBatcher<number, number>({
      batchesMax: 1,
      sizeMax: 1,
      waitingMax: 100,
      exclusives: (number) => {
        asked += 1;
        return [`${number}`];
      },
      mayRetryAlone: () => true,
      run: async (numbers) => numbers,
    });
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    assert.deepEqual(await Promise.all(numbers.map(submit)), numbers);
    assert.equal(asked, 20);
  });

  test('a batch has a maximum size, and the others follow', async () => {
    const { submit, batch } = controlled({ sizeMax: 2 });
    const all = ['a', 'b', 'c'].map((name) => submit({ name }));
    const one = await batch(1);
    assert.deepEqual(one.names, ['a', 'b']);
    one.finish();
    const two = await batch(2);
    assert.deepEqual(two.names, ['c']);
    two.finish();
    await Promise.all(all);
  });

  test('two concurrent batches share the waiting requests', async () => {
    const { submit, batch } = controlled({ batchesMax: 2 });
    const all = ['a', 'b', 'c', 'd'].map((name) => submit({ name }));
    const [one, two] = [await batch(1), await batch(2)];
    assert.deepEqual(
      [one.names, two.names],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    );
    one.finish();
    two.finish();
    await Promise.all(all);
  });

  test('a second batch waits until it is large enough', async () => {
    const { submit, batch, batches } = controlled({ batchesMax: 2, sizeMax: 4 });
    const all = Array.from({ length: 4 }, (_, index) => submit({ name: `${index}` }));
    const [one, two] = [await batch(1), await batch(2)];
    one.finish();
    await Promise.all(all.slice(0, 2));
    const few = submit({ name: 'few' });
    await new Promise(setImmediate);
    assert.equal(batches.length, 2);
    const enough = submit({ name: 'enough' });
    const three = await batch(3);
    assert.deepEqual(three.names, ['few', 'enough']);
    two.finish();
    three.finish();
    await Promise.all([...all, few, enough]);
  });

  test('if a batch fails, each of its requests is tried once alone', async () => {
    const { submit, batch } = controlled();
    const good = submit({ name: 'good' });
    const bad = submit({ name: 'bad' });
    (await batch(1)).fail(new Error('one of them'));
    (await batch(2)).finish();
    (await batch(3)).fail(new Error('this one'));
    assert.equal(await good, 'done good');
    await assert.rejects(bad, /this one/);
  });

  test('after a failure with an unknown outcome nothing is tried again', async () => {
    const { submit, batch, batches } = controlled();
    const away = new CodedError({ code: 'x.away', status: 503, title: 'Away.', explanation: '' });
    const all = [submit({ name: 'a' }), submit({ name: 'b' })];
    (await batch(1)).fail(away);
    for (const one of all) await assert.rejects(one, away);
    assert.equal(batches.length, 1);
  });

  test('requests beyond the limit of waiting ones are refused as unavailable', async () => {
    const { submit, batch } = controlled({ waitingMax: 2 });
    const all = [submit({ name: 'a' }), submit({ name: 'b' })];
    await assert.rejects(
      submit({ name: 'c' }),
      (error: CodedError) => error.code === 'service.unavailable',
    );
    (await batch(1)).finish();
    await Promise.all(all);
  });

  /** Longer than any test, so that only the number of requests can start a batch. */
  const FOREVER_MS = 60_000;

  test('a batch that gathers waits until it is as large as the last one', async () => {
    const { submit, batch, batches } = controlled({ gatherMs: FOREVER_MS });
    const group = ['a', 'b', 'c'].map((name) => submit({ name }));
    (await batch(1)).finish();
    await Promise.all(group);
    const back = ['a', 'b'].map((name) => submit({ name }));
    await new Promise(setImmediate);
    assert.equal(batches.length, 1);
    back.push(submit({ name: 'c' }));
    const two = await batch(2);
    assert.deepEqual(two.names, ['a', 'b', 'c']);
    two.finish();
    await Promise.all(back);
  });

  test('a batch that gathers waits for 16 requests at most', async () => {
    const { submit, batch } = controlled({ gatherMs: FOREVER_MS, sizeMax: 100 });
    const many = Array.from({ length: 40 }, (_, index) => submit({ name: `${index}` }));
    (await batch(1)).finish();
    await Promise.all(many);
    const some = Array.from({ length: 16 }, (_, index) => submit({ name: `${index}` }));
    const two = await batch(2);
    assert.equal(two.names.length, 16);
    two.finish();
    await Promise.all(some);
  });

  test('a batch that gathers starts when its time is over', async () => {
    const { submit, batch } = controlled({ gatherMs: 20 });
    const group = ['a', 'b'].map((name) => submit({ name }));
    const startedAt = performance.now();
    (await batch(1)).finish();
    await Promise.all(group);
    const left = submit({ name: 'a' });
    (await batch(2)).finish();
    assert.equal(await left, 'done a');
    assert.ok(performance.now() - startedAt >= 18, 'it did not wait for the other one');
  });

  test('requests of a lone caller never wait, however long a batch may gather', async () => {
    const { submit, batch } = controlled({ gatherMs: FOREVER_MS });
    for (let number = 1; number <= 5; number += 1) {
      const alone = submit({ name: 'a' });
      (await batch(number)).finish();
      await alone;
    }
  });

  test('a lone caller beside a slow batch waits once at most', async () => {
    const { submit, batch } = controlled({ batchesMax: 2, gatherMs: FOREVER_MS });
    const alone = submit({ name: 'a' });
    const slow = await batch(1);
    for (let number = 2; number <= 5; number += 1) {
      const other = submit({ name: 'b' });
      (await batch(number)).finish();
      await other;
    }
    slow.finish();
    await alone;
  });

  test('few requests are not divided among batches that gather, but do not wait for a slow one', async () => {
    const { submit, batch, batches } = controlled({ batchesMax: 2, gatherMs: 20 });
    const group = ['a', 'b', 'c', 'd'].map((name) => submit({ name }));
    const slow = await batch(1);
    assert.deepEqual(slow.names, ['a', 'b', 'c', 'd']);
    const others = ['e', 'f', 'g'].map((name) => submit({ name }));
    await new Promise(setImmediate);
    assert.equal(batches.length, 1);
    const two = await batch(2);
    assert.deepEqual(two.names, ['e', 'f', 'g']);
    two.finish();
    await Promise.all(others);
    slow.finish();
    await Promise.all(group);
  });
});

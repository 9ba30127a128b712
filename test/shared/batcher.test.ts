import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBatcher } from '../../src/shared/batcher.ts';
import { CodedError } from '../../src/shared/errors.ts';

interface Job {
  readonly name: string;
  readonly exclusive?: string;
}

/** Creates a batcher whose batches the test ends. */
function controlled(changes: { batchesMax?: number; sizeMax?: number; waitingMax?: number } = {}) {
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
});

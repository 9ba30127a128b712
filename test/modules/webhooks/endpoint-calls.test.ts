import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEndpointCalls } from '../../../src/modules/webhooks/endpoint-calls.ts';

/** A clock that a test moves, and no chance. */
function bench() {
  let nowMs = 1_000;
  const calls = createEndpointCalls(
    () => nowMs,
    () => 0.5,
  );
  let jobs = 0;
  return {
    pass(ms: number) {
      nowMs += ms;
    },
    begin(endpointId = 'a') {
      jobs += 1;
      return calls.begin(endpointId, `job ${jobs}`);
    },
    again: (jobId: string) => calls.begin('a', jobId),
  };
}

type Begun = ReturnType<ReturnType<typeof bench>['begin']>;

function beginAll(begin: () => Begun): { ends: (() => void)[]; delayMs: number } {
  const ends: (() => void)[] = [];
  for (;;) {
    const begun = begin();
    if ('delayMs' in begun) return { ends, delayMs: begun.delayMs };
    ends.push(begun.end);
  }
}

test('an endpoint that answers fast has twenty calls at a time, and the next comes soon', () => {
  const { begin, pass } = bench();
  const { ends, delayMs } = beginAll(begin);
  assert.deepEqual([ends.length, delayMs], [20, 250]);
  pass(40);
  for (const end of ends) end();
  assert.equal(beginAll(begin).ends.length, 20);
});

test('one that hangs is left with four, from its first second on, and takes none from another', () => {
  const { begin, pass } = bench();
  const { ends } = beginAll(begin);
  pass(1_500);
  for (const end of ends.splice(4)) end();
  assert.ok('delayMs' in begin());
  assert.equal(beginAll(() => begin('b')).ends.length, 20);
  pass(8_500);
  for (const end of ends) end();
  assert.equal(beginAll(begin).ends.length, 4);
});

test('the longer the calls and the more that wait, the later the next one comes, up to a minute', () => {
  const { begin, pass } = bench();
  beginAll(begin);
  pass(5_000);
  const delays = Array.from({ length: 100 }, () => begin()).map((one) =>
    'delayMs' in one ? one.delayMs : 0,
  );
  assert.equal(delays[0], 5_000);
  assert.equal(delays.at(-1), 60_000);
  for (const [index, delayMs] of delays.slice(1).entries()) assert.ok(delayMs >= delays[index]!);
});

test('one that is well again has twenty calls again', () => {
  const { begin, pass } = bench();
  const first = begin();
  pass(10_000);
  if ('end' in first) first.end();
  for (let round = 0; round < 20; round += 1) {
    const { ends } = beginAll(begin);
    pass(10);
    for (const end of ends) end();
  }
  assert.equal(beginAll(begin).ends.length, 20);
});

test('a job that comes back and finds a place does not count as waiting any more', () => {
  const { begin, again, pass } = bench();
  const { ends } = beginAll(begin);
  pass(900);
  for (let count = 0; count < 30; count += 1) again('waits');
  ends[0]!();
  assert.ok('end' in again('waits'));
  const next = begin();
  // One that waits since the first round, and this one: still within one round of calls.
  assert.ok('delayMs' in next && next.delayMs === 900, JSON.stringify(next));
});

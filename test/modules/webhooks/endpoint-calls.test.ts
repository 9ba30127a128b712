import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEndpointCalls } from '../../../src/modules/webhooks/endpoint-calls.ts';

/** Creates endpoint calls with a clock that the test advances and without randomness. */
function createCalls() {
  let nowMs = 1_000;
  const calls = createEndpointCalls(
    () => nowMs,
    () => 0.5,
  );
  let jobs = 0;
  return {
    advance(ms: number) {
      nowMs += ms;
    },
    begin(endpointId = 'a') {
      jobs += 1;
      return calls.begin(endpointId, `job ${jobs}`);
    },
    again: (jobId: string) => calls.begin('a', jobId),
  };
}

type Begun = ReturnType<ReturnType<typeof createCalls>['begin']>;

function beginAll(begin: () => Begun): { ends: (() => void)[]; delayMs: number } {
  const ends: (() => void)[] = [];
  for (;;) {
    const begun = begin();
    if ('delayMs' in begun) return { ends, delayMs: begun.delayMs };
    ends.push(begun.end);
  }
}

test('a fast endpoint gets twenty calls at a time, and the next one soon', () => {
  const { begin, advance } = createCalls();
  const { ends, delayMs } = beginAll(begin);
  assert.deepEqual([ends.length, delayMs], [20, 250]);
  advance(40);
  for (const end of ends) end();
  assert.equal(beginAll(begin).ends.length, 20);
});

test('an endpoint that hangs is limited to four calls after its first second, and takes none from another', () => {
  const { begin, advance } = createCalls();
  const { ends } = beginAll(begin);
  advance(1_500);
  for (const end of ends.splice(4)) end();
  assert.ok('delayMs' in begin());
  assert.equal(beginAll(() => begin('b')).ends.length, 20);
  advance(8_500);
  for (const end of ends) end();
  assert.equal(beginAll(begin).ends.length, 4);
});

test('the longer the calls and the more jobs wait, the later the next one comes, up to a minute', () => {
  const { begin, advance } = createCalls();
  beginAll(begin);
  advance(5_000);
  const delays = Array.from({ length: 100 }, () => begin()).map((one) =>
    'delayMs' in one ? one.delayMs : 0,
  );
  assert.equal(delays[0], 5_000);
  assert.equal(delays.at(-1), 60_000);
  for (const [index, delayMs] of delays.slice(1).entries()) assert.ok(delayMs >= delays[index]!);
});

test('an endpoint that has recovered gets twenty calls again', () => {
  const { begin, advance } = createCalls();
  const first = begin();
  advance(10_000);
  if ('end' in first) first.end();
  for (let round = 0; round < 20; round += 1) {
    const { ends } = beginAll(begin);
    advance(10);
    for (const end of ends) end();
  }
  assert.equal(beginAll(begin).ends.length, 20);
});

test('a job that returns and gets a place no longer counts as waiting', () => {
  const { begin, again, advance } = createCalls();
  const { ends } = beginAll(begin);
  advance(900);
  for (let count = 0; count < 30; count += 1) again('waits');
  ends[0]!();
  assert.ok('end' in again('waits'));
  const next = begin();
  // One has waited since the first round, and this one is new: both fit into one round of calls.
  assert.ok('delayMs' in next && next.delayMs === 900, JSON.stringify(next));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { medianOf, middleOf } from '../../bench/scenarios/median.ts';
import { type Measurement, withoutRequests } from '../../bench/scenarios/scenario.ts';
import { atLeast, below, both, describeTarget, isMet } from '../../bench/scenarios/targets.ts';
import { bytesOfOne } from '../../bench/support/disk-use.ts';

function row(perSecond: number, p99Ms: number, failures: number): Measurement {
  return {
    ...withoutRequests,
    scenario: 'mixed',
    what: `at ${perSecond}`,
    perSecond,
    p99Ms,
    reference: { what: 'P', perSecond: 10 },
    cost: { server: p99Ms, database: 1 },
    failures,
    target: both(atLeast(perSecond / 10, 1, '× P'), below(p99Ms, 25, 'ms p99')),
  };
}

test('the middle turn has the median of each figure, every failure, and meets its targets by the medians', () => {
  const middle = middleOf([row(9, 30, 1), row(12, 20, 0), row(11, 40, 2)]);
  assert.equal(middle.what, 'at 11');
  assert.equal(middle.perSecond, 11);
  assert.equal(middle.p50Ms, null);
  assert.equal(middle.p99Ms, 30);
  assert.deepEqual(middle.cost, { server: 30, database: 1 });
  assert.equal(middle.failures, 3);
  assert.equal(describeTarget(middle.target!), 'at least 1 × P, below 25 ms p99');
  assert.equal(isMet(middle.target!), false);
  assert.equal(isMet(middleOf([row(9, 30, 0), row(12, 20, 0), row(11, 20, 0)]).target!), true);
});

test('one turn is its own middle', () => {
  const only = row(9, 30, 0);
  assert.deepEqual(middleOf([only]), only);
  assert.equal(medianOf([4, 1]), 1);
});

test('bytes of one order are what the tables have grown by, the largest first', () => {
  const before = new Map([['orders', { heap: 1_000, indexes: 500 }]]);
  const after = new Map([
    ['users', { heap: 8_192, indexes: 0 }],
    ['orders', { heap: 21_000, indexes: 10_500 }],
  ]);
  assert.deepEqual(bytesOfOne(before, after, 100), [
    { table: 'orders', heap: 200, indexes: 100 },
    { table: 'users', heap: 81.92, indexes: 0 },
  ]);
});

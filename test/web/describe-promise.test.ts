import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describePromise } from '../../web/console/board/describe-promise.ts';

const describeAt = (now: string, promise: string) =>
  describePromise(promise, Date.parse(now), 'Asia/Tokyo').text;

test('a card says how long it is until a promised time, also across midnight', () => {
  // 23:39 in Tokyo.
  assert.equal(describeAt('2026-11-30T14:39:00Z', '2026-11-30T15:19:00Z'), 'in 40 min');
  assert.equal(describeAt('2026-11-30T14:39:00Z', '2026-11-30T17:00:00Z'), 'in 2 h 21 min');
  // 10:00 there: the same day, however late.
  assert.equal(describeAt('2026-11-30T01:00:00Z', '2026-11-30T14:00:00Z'), 'in 13 h 0 min');
});

test('a card says the day of a promised time that is not soon', () => {
  assert.match(describeAt('2026-11-30T14:39:00Z', '2026-12-01T02:00:00Z'), /^Tue.*\b1\b/);
});

test('a card says how late an order is', () => {
  assert.equal(describeAt('2026-11-30T15:00:30Z', '2026-11-30T15:00:00Z'), 'in 0 min');
  assert.equal(describeAt('2026-11-30T15:05:00Z', '2026-11-30T15:00:00Z'), '5 min late !');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPressure } from '../../src/shared/pressure.ts';

function pressureAt() {
  let nowMs = 0;
  const pressure = createPressure(() => nowMs);
  return {
    isHigh: pressure.isHigh,
    batches(count: number, size: number) {
      for (let index = 0; index < count; index += 1) {
        nowMs += 5;
        pressure.note(size);
      }
    },
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

test('nobody waits at the start, nor while batches are small', () => {
  const pressure = pressureAt();
  assert.equal(pressure.isHigh(), false);
  pressure.batches(1_000, 6);
  assert.equal(pressure.isHigh(), false);
});

test('large batches in a row are a crowd, one large batch is not', () => {
  const pressure = pressureAt();
  pressure.batches(20, 3);
  pressure.batches(1, 64);
  assert.equal(pressure.isHigh(), false);
  pressure.batches(20, 32);
  assert.equal(pressure.isHigh(), true);
});

test('a crowd has gone when batches are small again, and soon after the last batch', () => {
  const slowly = pressureAt();
  slowly.batches(30, 32);
  slowly.batches(30, 2);
  assert.equal(slowly.isHigh(), false);
  const suddenly = pressureAt();
  suddenly.batches(30, 32);
  suddenly.pass(251);
  assert.equal(suddenly.isHigh(), false);
  suddenly.batches(1, 1);
  assert.equal(suddenly.isHigh(), false);
});

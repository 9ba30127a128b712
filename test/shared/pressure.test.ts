import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPressure } from '../../src/shared/pressure.ts';

function pressureAt() {
  let nowMs = 0;
  const pressure = createPressure(() => nowMs);
  return {
    isHigh: pressure.isHigh,
    /** So many come at once, and have their answers after a while. */
    wait(count: number, ms: number) {
      for (let one = 0; one < count; one += 1) pressure.change(1);
      nowMs += ms;
      for (let one = 0; one < count; one += 1) pressure.change(-1);
    },
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

test('there is no crowd at the start, nor while few wait at a time', () => {
  const pressure = pressureAt();
  assert.equal(pressure.isHigh(), false);
  for (let turn = 0; turn < 500; turn += 1) pressure.wait(12, 10);
  assert.equal(pressure.isHigh(), false);
});

test('many who wait all the time are a crowd; bursts of as many with pauses between them are none', () => {
  const crowd = pressureAt();
  for (let turn = 0; turn < 100; turn += 1) crowd.wait(64, 15);
  assert.equal(crowd.isHigh(), true);
  const bursts = pressureAt();
  for (let turn = 0; turn < 100; turn += 1) {
    bursts.wait(64, 15);
    bursts.pass(49);
    assert.equal(bursts.isHigh(), false);
  }
});

test('a crowd that has gone is forgotten within a second', () => {
  const pressure = pressureAt();
  for (let turn = 0; turn < 100; turn += 1) pressure.wait(64, 15);
  pressure.pass(1_000);
  assert.equal(pressure.isHigh(), false);
});

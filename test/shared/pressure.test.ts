import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPressure } from '../../src/shared/pressure.ts';

function pressureAt() {
  let nowMs = 0;
  const pressure = createPressure(() => nowMs);
  return {
    isHigh: pressure.isHigh,
    /** Lets `count` requests wait for `ms`. */
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

test('pressure is low at the start and while few requests wait', () => {
  const pressure = pressureAt();
  assert.equal(pressure.isHigh(), false);
  for (let round = 0; round < 500; round += 1) pressure.wait(12, 10);
  assert.equal(pressure.isHigh(), false);
});

test('pressure is high while many requests always wait, but not for bursts with pauses', () => {
  const steady = pressureAt();
  for (let round = 0; round < 100; round += 1) steady.wait(64, 15);
  assert.equal(steady.isHigh(), true);
  const bursts = pressureAt();
  for (let round = 0; round < 100; round += 1) {
    bursts.wait(64, 15);
    bursts.pass(49);
    assert.equal(bursts.isHigh(), false);
  }
});

test('pressure falls within a second after the load has ended', () => {
  const pressure = pressureAt();
  for (let round = 0; round < 100; round += 1) pressure.wait(64, 15);
  pressure.pass(1_000);
  assert.equal(pressure.isHigh(), false);
});

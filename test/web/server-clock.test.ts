import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createServerClock } from '../../web/shared/server-clock.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 31, 18, 30);

/** A server, and a machine whose wall clock is off by `offMs`. */
function bench({ offMs = 0 } = {}) {
  let trueMs = START;
  let steadyMs = 5_000;
  let wallOffMs = offMs;
  let requests = 0;
  const clock = createServerClock(
    { steadyMs: () => steadyMs, wallMs: () => trueMs + wallOffMs },
    () => {
      requests += 1;
    },
  );
  const pass = (ms: number) => {
    trueMs += ms;
    steadyMs += ms;
  };
  return {
    clock,
    pass,
    /** The steady clock stops, as on most machines. */
    suspend(ms: number) {
      trueMs += ms;
    },
    setWall(ms: number) {
      wallOffMs = ms;
    },
    requests: () => requests,
    /** Makes a call with these travel times, whose reply has this age. */
    call({ thereMs = 20, backMs = 20, ageMs = 0, headers = {} } = {}) {
      const sentAtMs = steadyMs;
      pass(thereMs);
      const date = new Date(trueMs - ageMs).toUTCString();
      pass(backMs);
      clock.learn(new Headers({ date, ...headers }), sentAtMs, steadyMs);
    },
    offByMs: () => Math.abs(clock.nowMs() - trueMs),
  };
}

describe('the server clock', () => {
  for (const offMs of [0, 35 * MINUTE, -35 * MINUTE, 400 * 24 * 60 * MINUTE]) {
    test(`is known from one reply if the machine is off by ${offMs / MINUTE} minutes`, () => {
      const { call, offByMs, pass } = bench({ offMs });
      call();
      assert.ok(offByMs() <= 520, `${offByMs()} ms`);
      pass(10 * MINUTE);
      assert.ok(offByMs() <= 520);
    });
  }

  test('becomes more exact with more replies, and no less exact with slow ones', () => {
    const { call, offByMs, pass } = bench({ offMs: MINUTE });
    call({ thereMs: 50, backMs: 15_000 });
    assert.ok(offByMs() <= 8_100);
    for (let one = 0; one < 10; one += 1) {
      pass(1_130);
      call();
    }
    const close = offByMs();
    assert.ok(close <= 150, `${close} ms`);
    call({ thereMs: 9_000, backMs: 9_000 });
    assert.ok(offByMs() <= close + 20);
  });

  test('is not set back by a cached reply', () => {
    const { call, offByMs } = bench();
    call();
    call({ ageMs: 10 * MINUTE });
    call({ ageMs: 10 * MINUTE, headers: { age: '600' } });
    assert.ok(offByMs() <= 520);
    call();
    call({ ageMs: 20 * MINUTE });
    assert.ok(offByMs() <= 520);
  });

  test('is corrected by the next reply if the first one came from a cache', () => {
    const { call, offByMs } = bench();
    call({ ageMs: 10 * MINUTE });
    call();
    assert.ok(offByMs() <= 520);
  });

  test('follows a server whose own clock is set back', () => {
    const { call, clock, offByMs } = bench();
    call();
    for (let one = 0; one < 3; one += 1) call({ ageMs: MINUTE });
    assert.ok(Math.abs(offByMs() - MINUTE) <= 520, `${clock.nowMs()}`);
  });

  test('is requested once after a suspend, and its change notifies the listeners', () => {
    const { call, clock, suspend, offByMs, requests } = bench();
    call();
    let changes = 0;
    const forget = clock.onChange(() => {
      changes += 1;
    });
    suspend(30 * MINUTE);
    clock.nowMs();
    clock.nowMs();
    assert.equal(requests(), 1);
    call();
    assert.ok(offByMs() <= 520);
    assert.equal(changes, 1);
    forget();
  });

  test('does not change when the clock of the machine is set', () => {
    const { call, setWall, offByMs } = bench();
    call();
    setWall(-3 * 60 * MINUTE);
    assert.ok(offByMs() <= 520);
  });

  test('stays right for a day on a machine that loses a second per hour', () => {
    const { call, offByMs, pass, suspend } = bench();
    for (let hour = 0; hour < 24; hour += 1) {
      call();
      pass(60 * MINUTE - 1_000);
      suspend(1_000);
    }
    call();
    assert.ok(offByMs() <= 1_600, `${offByMs()} ms`);
  });

  test('is the machine’s own until a reply has arrived', () => {
    const { clock, offByMs, call } = bench();
    call({ headers: { date: 'no date' } });
    assert.ok(offByMs() < 1);
    assert.ok(clock.nowMs() > START);
  });
});

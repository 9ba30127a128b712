import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createServerClock } from '../../web/shared/server-clock.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 31, 18, 30);

/** A server, and a machine whose wall clock is off by so much. */
function bench({ offMs = 0 } = {}) {
  let trueMs = START;
  let steadyMs = 5_000;
  let wallOffMs = offMs;
  let asked = 0;
  const clock = createServerClock(
    { steadyMs: () => steadyMs, wallMs: () => trueMs + wallOffMs },
    () => {
      asked += 1;
    },
  );
  const pass = (ms: number) => {
    trueMs += ms;
    steadyMs += ms;
  };
  return {
    clock,
    pass,
    /** The steady clock stands still, as on most machines. */
    suspend(ms: number) {
      trueMs += ms;
    },
    setWall(ms: number) {
      wallOffMs = ms;
    },
    asked: () => asked,
    /** A call: how long it takes there and back, and how old its reply is. */
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

describe('the clock of the server', () => {
  for (const offMs of [0, 35 * MINUTE, -35 * MINUTE, 400 * 24 * 60 * MINUTE]) {
    test(`is told from one reply, where the machine is off by ${offMs / MINUTE} minutes`, () => {
      const { call, offByMs, pass } = bench({ offMs });
      call();
      assert.ok(offByMs() <= 520, `${offByMs()} ms`);
      pass(10 * MINUTE);
      assert.ok(offByMs() <= 520);
    });
  }

  test('is told ever closer by more replies, and no worse by slow ones', () => {
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

  test('is not turned back by a reply that a cache kept', () => {
    const { call, offByMs } = bench();
    call();
    call({ ageMs: 10 * MINUTE });
    call({ ageMs: 10 * MINUTE, headers: { age: '600' } });
    assert.ok(offByMs() <= 520);
    call();
    call({ ageMs: 20 * MINUTE });
    assert.ok(offByMs() <= 520);
  });

  test('is put right by the next reply when the first one came from a cache', () => {
    const { call, offByMs } = bench();
    call({ ageMs: 10 * MINUTE });
    call();
    assert.ok(offByMs() <= 520);
  });

  test('is followed when it is set back itself', () => {
    const { call, clock, offByMs } = bench();
    call();
    for (let one = 0; one < 3; one += 1) call({ ageMs: MINUTE });
    assert.ok(Math.abs(offByMs() - MINUTE) <= 520, `${clock.nowMs()}`);
  });

  test('is asked for after a suspend, once, and told to who shows a time', () => {
    const { call, clock, suspend, offByMs, asked } = bench();
    call();
    let changes = 0;
    const forget = clock.onChange(() => {
      changes += 1;
    });
    suspend(30 * MINUTE);
    clock.nowMs();
    clock.nowMs();
    assert.equal(asked(), 1);
    call();
    assert.ok(offByMs() <= 520);
    assert.equal(changes, 1);
    forget();
  });

  test('stays as it is when somebody sets the clock of the machine', () => {
    const { call, setWall, offByMs } = bench();
    call();
    setWall(-3 * 60 * MINUTE);
    assert.ok(offByMs() <= 520);
  });

  test('stays right over a day on a machine that loses a second in an hour', () => {
    const { call, offByMs, pass, suspend } = bench();
    for (let hour = 0; hour < 24; hour += 1) {
      call();
      pass(60 * MINUTE - 1_000);
      suspend(1_000);
    }
    call();
    assert.ok(offByMs() <= 1_600, `${offByMs()} ms`);
  });

  test('is the machine’s own while no reply has told it', () => {
    const { clock, offByMs, call } = bench();
    call({ headers: { date: 'no date' } });
    assert.ok(offByMs() < 1);
    assert.ok(clock.nowMs() > START);
  });
});

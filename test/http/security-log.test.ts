import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSecurityLog } from '../../src/http/index.ts';
import type { SecurityEvent } from '../../src/shared/security-events.ts';

interface Line {
  readonly security: SecurityEvent;
  readonly address: string | null;
  readonly leftOut?: number;
}

function startLog(sourcesMax?: number) {
  const lines: Line[] = [];
  let nowMs = 0;
  const log = createSecurityLog({
    log: { info: (details) => void lines.push(details as Line) },
    nowMs: () => nowMs,
    ...(sourcesMax === undefined ? {} : { sourcesMax }),
  });
  return {
    log,
    lines,
    fail(times: number, address: string | null = '203.0.113.9') {
      for (let count = 0; count < times; count += 1) {
        log.record('sign_in.failed', { address, requestId: `r${count}` });
      }
    },
    passMinutes(minutes: number) {
      nowMs += minutes * 60_000;
      log.summarize();
    },
    summaries: () => lines.flatMap(({ leftOut }) => (leftOut === undefined ? [] : [leftOut])),
  };
}

describe('after 20 lines of a kind and network', () => {
  test('one line a minute has the number of those left out, and the counter has all', () => {
    const { log, lines, fail, passMinutes, summaries } = startLog();
    fail(50);
    assert.equal(lines.length, 20);
    passMinutes(1);
    assert.deepEqual(lines.slice(20), [
      { security: 'sign_in.failed', address: '203.0.113.9', leftOut: 30 },
    ]);
    passMinutes(1);
    fail(3);
    passMinutes(1);
    passMinutes(1);
    assert.deepEqual(summaries(), [30, 3]);
    assert.equal(log.tally.counts['sign_in.failed'], 53);
    log.stop();
  });

  test('other kinds and other networks have their lines', () => {
    const { log, lines, fail } = startLog();
    fail(30);
    fail(1, '203.0.113.10');
    fail(1, null);
    log.record('role.changed', { address: '203.0.113.9', requestId: null });
    assert.equal(lines.length, 23);
    log.stop();
  });

  test('the addresses of an IPv6 network count together', () => {
    const { log, lines, fail } = startLog();
    for (let host = 1; host <= 50; host += 1) fail(1, `2001:db8::${host}`);
    assert.equal(lines.length, 20);
    log.stop();
    assert.deepEqual(lines.at(-1), {
      security: 'sign_in.failed',
      address: '2001:db8:0:0::/64',
      leftOut: 30,
    });
  });

  test('an hour without such an event brings the lines back', () => {
    const { log, lines, fail, passMinutes } = startLog();
    fail(20);
    passMinutes(59);
    fail(1);
    assert.equal(lines.length, 20);
    passMinutes(61);
    assert.equal(lines.length, 21);
    fail(1);
    assert.equal(lines.length, 22);
    log.stop();
  });
});

test('no count is lost when the server stops, or when there are too many networks to remember', () => {
  const { log, fail, summaries } = startLog(2);
  fail(25, '203.0.113.1');
  fail(26, '203.0.113.2');
  fail(1, '203.0.113.3');
  assert.deepEqual(summaries(), [5]);
  log.stop();
  assert.deepEqual(summaries(), [5, 6]);
  log.stop();
  assert.deepEqual(summaries(), [5, 6]);
});

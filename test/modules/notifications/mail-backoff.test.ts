import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mailBackoff } from '../../../src/modules/notifications/mail-backoff.ts';

const HOUR_MS = 3_600_000;

function outageMs(attemptsMax: number, baseSeconds: number, random: number): number {
  let waitedMs = 0;
  for (let attempt = 1; attempt < attemptsMax; attempt += 1) {
    waitedMs += mailBackoff(baseSeconds, () => random)(attempt);
  }
  return waitedMs;
}

test('with the defaults, a mail survives an hour without a mail server, whatever the jitter', () => {
  assert.ok(outageMs(8, 5, 0) > HOUR_MS);
  assert.ok(outageMs(8, 5, 1) < 2 * HOUR_MS);
});

test('the first wait is the base, and none exceeds four hours plus jitter', () => {
  assert.equal(mailBackoff(5, () => 0.5)(1), 5_000);
  assert.ok(mailBackoff(3_600, () => 1)(100) <= 4.4 * HOUR_MS);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLocalTime, parseDay, parseLocalTime } from '../../web/shared/moments.ts';

test('a day starts in the time zone of the browser, and no other text is read as a day', () => {
  assert.equal(parseDay('2026-11-28'), new Date(2026, 10, 28).toISOString());
  assert.equal(parseDay('2026-11-30', 1), new Date(2026, 11, 1).toISOString());
  assert.equal(parseDay('9999-12-31', 1), '9999-12-31T23:59:59.999Z');
  for (const none of [
    '20266-11-28',
    '2026-02-30',
    '2026-13-01',
    '2026-1-1',
    'today',
    '',
    '10000-01-01',
  ]) {
    assert.equal(parseDay(none), null, none);
  }
});

test('a day with a time is read in the same way', () => {
  assert.equal(parseLocalTime('2026-11-28T13:05'), new Date(2026, 10, 28, 13, 5).toISOString());
  for (const none of ['20266-11-28T13:05', '2026-11-28T25:00', '2026-02-30T10:00', '']) {
    assert.equal(parseLocalTime(none), null, none);
  }
});

test('a stored time is shown in the time zone of the browser, and read back to the minute', () => {
  const at = new Date(2026, 10, 8, 3, 5, 59, 999).toISOString();
  assert.equal(formatLocalTime(at), '2026-11-08T03:05');
  assert.equal(parseLocalTime(formatLocalTime(at)), new Date(2026, 10, 8, 3, 5).toISOString());
});

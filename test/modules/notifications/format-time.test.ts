import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '../../../src/modules/notifications/format-time.ts';

function format(at: string, timeZone: string, withZone = false): string {
  return formatTime(new Date(at), { timeZone, withZone });
}

test('a time is stated by the clock of the shop, with the day of that clock', () => {
  for (const [at, timeZone, expected] of [
    ['2026-12-01T18:30:00Z', 'Europe/London', 'Tuesday 1 December 2026 at 18:30'],
    ['2026-07-01T18:30:00Z', 'Europe/London', 'Wednesday 1 July 2026 at 19:30'],
    ['2026-12-31T23:05:00Z', 'Asia/Kathmandu', 'Friday 1 January 2027 at 04:50'],
    ['2026-03-01T04:00:00Z', 'America/St_Johns', 'Sunday 1 March 2026 at 00:30'],
    ['2028-02-29T10:00:00Z', 'Pacific/Auckland', 'Tuesday 29 February 2028 at 23:00'],
    ['2026-11-30T00:00:00Z', 'Pacific/Kiritimati', 'Monday 30 November 2026 at 14:00'],
  ] as const) {
    assert.equal(format(at, timeZone), expected);
  }
});

test('the zone is stated for a time that the clock shows twice, and only then', () => {
  // The clocks of London go back from 2:00 to 1:00, those of Adelaide from 3:00 to 2:00.
  assert.equal(
    format('2026-10-25T00:59:00Z', 'Europe/London'),
    'Sunday 25 October 2026 at 01:59 UTC+1',
  );
  assert.equal(
    format('2026-10-25T01:00:00Z', 'Europe/London'),
    'Sunday 25 October 2026 at 01:00 UTC',
  );
  assert.equal(format('2026-10-24T23:59:00Z', 'Europe/London'), 'Sunday 25 October 2026 at 00:59');
  assert.equal(format('2026-10-25T02:00:00Z', 'Europe/London'), 'Sunday 25 October 2026 at 02:00');
  assert.equal(
    format('2026-04-04T16:15:00Z', 'Australia/Adelaide'),
    'Sunday 5 April 2026 at 02:45 UTC+10:30',
  );
  assert.equal(
    format('2026-04-04T17:15:00Z', 'Australia/Adelaide'),
    'Sunday 5 April 2026 at 02:45 UTC+9:30',
  );
});

test('the first time after skipped ones is stated without a zone', () => {
  assert.equal(format('2026-03-29T01:00:00Z', 'Europe/London'), 'Sunday 29 March 2026 at 02:00');
});

test('the zone is stated if it is UTC, or on request', () => {
  assert.equal(format('2026-07-04T09:05:00Z', 'UTC'), 'Saturday 4 July 2026 at 09:05 UTC');
  const summer = '2026-07-04T09:05:00Z';
  assert.equal(format(summer, 'Europe/Paris', true), 'Saturday 4 July 2026 at 11:05 UTC+2');
  assert.equal(format(summer, 'America/St_Johns', true), 'Saturday 4 July 2026 at 06:35 UTC-2:30');
});

test('an estimate is stated as one', () => {
  const given = { timeZone: 'Europe/London', isEstimate: true };
  assert.equal(
    formatTime(new Date('2026-12-01T18:37:00Z'), given),
    'Tuesday 1 December 2026, about 18:37',
  );
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { toInstant, toShopDate, toShopTime } from '../../web/console/parts/shop-clock.ts';

const zones = [
  'UTC',
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'America/Santiago',
  'Pacific/Chatham',
];

const two = (value: number) => String(value).padStart(2, '0');

describe('times on the clock of the shop', () => {
  test('are the instants that the server computes, also where the clock changes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        (zone, day, hour, minute) => {
          const date = day.toISOString().slice(0, 10);
          const time = `${two(hour)}:${two(minute)}`;
          const wanted = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, {
            disambiguation: 'compatible',
          });
          assert.equal(
            toInstant(date, time, zone),
            new Date(wanted.epochMilliseconds).toISOString(),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a skipped time is moved forward, and one that comes twice means the first', () => {
    const london = 'Europe/London';
    assert.equal(toInstant('2027-03-28', '01:30', london), '2027-03-28T01:30:00.000Z');
    assert.equal(toInstant('2026-10-25', '01:30', london), '2026-10-25T00:30:00.000Z');
  });

  test('dates and times of day are those of the zone, in digits that fields accept', () => {
    const at = Date.parse('2026-12-31T23:30:00Z');
    assert.equal(toShopDate(at, 'Asia/Kathmandu'), '2027-01-01');
    assert.equal(toShopTime(at, 'Asia/Kathmandu'), '05:15');
    assert.equal(toShopTime(Date.parse('2026-12-01T00:00:00Z'), 'UTC'), '00:00');
  });

  test('a text that is no time has no instant', () => {
    assert.equal(toInstant('', '10:00', 'UTC'), null);
    assert.equal(toInstant('2026-12-01', '', 'UTC'), null);
  });
});

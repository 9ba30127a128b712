import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShopSettings } from '../../src/modules/scheduling/settings/settings.ts';
import { listQuartersFrom } from '../../src/modules/scheduling/times/offered-times.ts';
import {
  differsFromShop,
  formatShopDate,
  formatShopMoment,
  formatShopTime,
  toShopDate,
  toShopInstant,
} from '../../web/shared/shop-clock.ts';
import { listDays, listQuarters } from '../../web/shop/times/openings.ts';
import { buildShop, everyDay } from '../modules/scheduling/build-shop.ts';

const shops: readonly Partial<ShopSettings>[] = [
  {},
  { openingHours: everyDay(['11:00', '14:30'], ['17:00', '23:30']), leadMinutes: 25 },
  { openingHours: everyDay(['18:10', '02:40']), leadMinutes: 90 },
  {
    openingHours: everyDay(['00:00', '24:00']),
    closedDates: [{ date: '2026-03-30', reason: null }],
  },
  { openingHours: { fri: [['20:00', '04:00']], sun: [['01:30', '03:30']] }, horizonDays: 14 },
];

test('the pages offer exactly the times that the server offers a shop without slots', () => {
  const zones = [
    'UTC',
    'Europe/London',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
  ];
  // Days of clock changes in these zones, and one without.
  const days = ['2026-03-08', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-11-29'];
  for (const timeZone of zones) {
    for (const settings of shops) {
      const shop = buildShop({ ...settings, timeZone });
      for (const day of days) {
        const now = new Date(`${day}T22:07:00Z`);
        const from = new Date(now.getTime() + shop.leadMinutes * 60_000);
        const offered = listQuartersFrom(shop, from, { now, max: 10_000 });
        const shown = listDays(shop as never, now)
          .flatMap(({ openingDates }) => openingDates)
          .flatMap((date) => listQuarters(shop as never, date, from));
        assert.deepEqual(shown, offered, `${timeZone} ${day} ${JSON.stringify(settings)}`);
      }
    }
  }
});

test('a closed day is listed with its reason, and a day without times as closed', () => {
  const shop = buildShop({
    openingHours: { mon: [['11:00', '14:00']], tue: [['11:00', '14:00']] },
    closedDates: [{ date: '2026-12-01', reason: 'Staff party' }],
    horizonDays: 2,
  });
  const days = listDays(shop as never, new Date('2026-11-30T10:00:00Z'));
  assert.deepEqual(
    days.map(({ date, closed }) => [date, closed]),
    [
      ['2026-11-30', null],
      ['2026-12-01', { reason: 'Staff party' }],
      ['2026-12-02', { reason: null }],
    ],
  );
});

test('moments are shown by the clock of the shop, not of this machine', () => {
  const at = new Date('2026-12-01T23:30:00Z');
  const timeZone = 'Asia/Tokyo';
  const now = new Date('2026-12-01T16:00:00Z');
  assert.equal(toShopDate(at, timeZone), '2026-12-02');
  assert.equal(formatShopTime(at, timeZone, 'en-GB'), '08:30');
  assert.equal(formatShopMoment(at, { timeZone, now, locale: 'en-GB' }), 'today at 08:30');
  const before = new Date('2026-11-30T16:00:00Z');
  assert.equal(
    formatShopMoment(at, { timeZone, now: before, locale: 'en-GB' }),
    'tomorrow at 08:30',
  );
  assert.equal(formatShopDate('2026-12-04', '2026-12-02', 'en-GB'), 'Fri 4 Dec');
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.equal(differsFromShop(at, here), false);
  assert.equal(differsFromShop(at, here === timeZone ? 'UTC' : timeZone), true);
});

test('a skipped time is moved forward, and of one that comes twice the first is meant', () => {
  const zone = 'Europe/London';
  const at = (date: string, minutes: number) => toShopInstant(date, minutes, zone).toISOString();
  assert.equal(at('2026-03-29', 90), '2026-03-29T01:30:00.000Z');
  assert.equal(at('2026-10-25', 90), '2026-10-25T00:30:00.000Z');
  assert.equal(at('2026-10-25', 150), '2026-10-25T02:30:00.000Z');
});

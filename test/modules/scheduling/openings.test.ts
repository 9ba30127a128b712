import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ShopSettings } from '../../../src/modules/scheduling/settings/settings.ts';
import { listQuartersFrom } from '../../../src/modules/scheduling/times/offered-times.ts';
import {
  findNextOpening,
  findOpening,
  isOpen,
  isWithinHorizon,
  listOpenings,
} from '../../../src/modules/scheduling/times/openings.ts';
import { listSlots } from '../../../src/modules/scheduling/times/slots.ts';
import { buildShop, everyDay } from './build-shop.ts';

const at = (text: string) => new Date(`${text}Z`);
const short = (date: Date) => date.toISOString().slice(0, 16);

/** Returns the openings of some days as `date start end`, in UTC. */
function describeOpenings(shop: ShopSettings, from: string, to = from): string[] {
  return listOpenings(shop, from, to).map(
    ({ date, start, end }) => `${date} ${short(start)} ${short(end)}`,
  );
}

function describeSlots(shop: ShopSettings, date: string): string[] {
  return listSlots(shop, date).map(({ start }) => short(start).slice(-5));
}

describe('the openings of a day', () => {
  test('are those of its weekday, in the order of time', () => {
    const shop = buildShop({
      openingHours: {
        mon: [
          ['17:00', '23:30'],
          ['11:00', '14:30'],
        ],
      },
    });
    assert.deepEqual(describeOpenings(shop, '2026-11-29', '2026-12-07'), [
      '2026-11-30 2026-11-30T11:00 2026-11-30T14:30',
      '2026-11-30 2026-11-30T17:00 2026-11-30T23:30',
      '2026-12-07 2026-12-07T11:00 2026-12-07T14:30',
      '2026-12-07 2026-12-07T17:00 2026-12-07T23:30',
    ]);
  });

  test('that last past midnight belong to the day on which they began', () => {
    const shop = buildShop({ openingHours: { sat: [['22:00', '03:00']] } });
    assert.deepEqual(describeOpenings(shop, '2026-11-28', '2026-11-29'), [
      '2026-11-28 2026-11-28T22:00 2026-11-29T03:00',
    ]);
    assert.equal(findOpening(shop, at('2026-11-29T02:59'))?.date, '2026-11-28');
    assert.equal(findOpening(shop, at('2026-11-29T03:00')), null);
  });

  test('a closed date closes those that begin on it, and no other', () => {
    const shop = buildShop({
      openingHours: everyDay(['12:00', '02:00']),
      closedDates: [{ date: '2026-12-25', reason: 'Christmas' }],
    });
    assert.deepEqual(describeOpenings(shop, '2026-12-24', '2026-12-26'), [
      '2026-12-24 2026-12-24T12:00 2026-12-25T02:00',
      '2026-12-26 2026-12-26T12:00 2026-12-27T02:00',
    ]);
    assert.equal(findOpening(shop, at('2026-12-25T01:00'))?.date, '2026-12-24');
    assert.equal(isOpen(shop, at('2026-12-25T12:00')), false);
    assert.equal(findNextOpening(shop, at('2026-12-25T12:00'))?.date, '2026-12-26');
  });

  test('of 24 hours from nine to nine leave no time between them', () => {
    const shop = buildShop({ openingHours: everyDay(['09:00', '09:00']) });
    assert.equal(findOpening(shop, at('2026-11-29T08:59'))?.date, '2026-11-28');
    assert.equal(findOpening(shop, at('2026-11-29T09:00'))?.date, '2026-11-29');
  });

  test('without hours last from midnight to midnight', () => {
    assert.deepEqual(describeOpenings(buildShop(), '2026-11-29'), [
      '2026-11-29 2026-11-29T00:00 2026-11-30T00:00',
    ]);
  });

  test('the next opening is found within 400 days', () => {
    const dates = Array.from({ length: 400 }, (_, index) => ({
      date: new Date(Date.UTC(2026, 10, 29) + index * 86_400_000).toISOString().slice(0, 10),
      reason: null,
    }));
    const closed = (days: number) =>
      buildShop({ openingHours: everyDay(['12:00', '13:00']), closedDates: dates.slice(0, days) });
    assert.equal(findNextOpening(closed(399), at('2026-11-29T00:00'))?.date, '2028-01-02');
    assert.equal(findNextOpening(closed(400), at('2026-11-28T14:00'))?.date, undefined);
    assert.equal(findNextOpening(buildShop({ openingHours: {} }), at('2026-11-29T00:00')), null);
  });
});

describe('in London', () => {
  const london = (settings: Partial<ShopSettings>) =>
    buildShop({ timeZone: 'Europe/London', ...settings });

  test('an opening over the hour that is skipped in spring is an hour shorter', () => {
    const shop = london({ openingHours: everyDay(['00:00', '04:00']), slotMinutes: 60 });
    assert.deepEqual(describeOpenings(shop, '2026-03-29'), [
      '2026-03-29 2026-03-29T00:00 2026-03-29T03:00',
    ]);
    assert.deepEqual(describeSlots(shop, '2026-03-29'), ['00:00', '01:00', '02:00']);
  });

  test('an opening over the hour that comes twice in autumn is an hour longer', () => {
    const shop = london({ openingHours: everyDay(['00:00', '04:00']), slotMinutes: 60 });
    assert.deepEqual(describeOpenings(shop, '2026-10-25'), [
      '2026-10-25 2026-10-24T23:00 2026-10-25T04:00',
    ]);
    assert.equal(describeSlots(shop, '2026-10-25').length, 5);
  });

  test('a time that comes twice means the first', () => {
    const shop = london({ openingHours: everyDay(['01:30', '02:30']) });
    assert.deepEqual(describeOpenings(shop, '2026-10-25'), [
      '2026-10-25 2026-10-25T00:30 2026-10-25T02:30',
    ]);
    const ends = london({ openingHours: everyDay(['00:00', '01:30']) });
    assert.deepEqual(describeOpenings(ends, '2026-10-25'), [
      '2026-10-25 2026-10-24T23:00 2026-10-25T00:30',
    ]);
  });

  test('a time that is skipped is moved forward by the hour', () => {
    const shop = london({ openingHours: everyDay(['01:15', '05:00']) });
    assert.deepEqual(describeOpenings(shop, '2026-03-29'), [
      '2026-03-29 2026-03-29T01:15 2026-03-29T04:00',
    ]);
  });

  test('an end that is moved forward does not reach into the next opening', () => {
    const shop = london({ openingHours: everyDay(['00:00', '01:30'], ['02:00', '05:00']) });
    assert.deepEqual(describeOpenings(shop, '2026-03-29'), [
      '2026-03-29 2026-03-29T00:00 2026-03-29T01:00',
      '2026-03-29 2026-03-29T01:00 2026-03-29T04:00',
    ]);
  });

  test('an end that is moved past a whole opening keeps the shop open', () => {
    const openingHours = everyDay(['00:30', '01:30'], ['02:00', '02:10'], ['02:20', '04:00']);
    assert.deepEqual(describeOpenings(london({ openingHours }), '2026-03-29'), [
      '2026-03-29 2026-03-29T00:30 2026-03-29T01:20',
      '2026-03-29 2026-03-29T01:20 2026-03-29T03:00',
    ]);
  });

  test('an opening whose end comes before its beginning is left out', () => {
    const shop = london({ openingHours: everyDay(['01:30', '02:15']) });
    assert.deepEqual(describeOpenings(shop, '2026-03-29'), []);
    assert.equal(describeOpenings(shop, '2026-03-30').length, 1);
  });
});

describe('elsewhere', () => {
  test('Lord Howe changes its clocks by half an hour', () => {
    const shop = buildShop({
      timeZone: 'Australia/Lord_Howe',
      openingHours: everyDay(['01:00', '03:00']),
      slotMinutes: 30,
    });
    // Back from 02:00 to 01:30 on 5 April, forward from 02:00 to 02:30 on 4 October.
    assert.deepEqual(describeOpenings(shop, '2026-04-05'), [
      '2026-04-05 2026-04-04T14:00 2026-04-04T16:30',
    ]);
    assert.equal(describeSlots(shop, '2026-04-05').length, 5);
    assert.deepEqual(describeOpenings(shop, '2026-10-04'), [
      '2026-10-04 2026-10-03T14:30 2026-10-03T16:00',
    ]);
    assert.equal(describeSlots(shop, '2026-10-04').length, 3);
  });

  test('the day that Samoa skipped has no openings, and those of the day before go on', () => {
    const shop = buildShop({
      timeZone: 'Pacific/Apia',
      openingHours: everyDay(['22:00', '02:00']),
    });
    assert.deepEqual(describeOpenings(shop, '2011-12-29', '2011-12-31'), [
      '2011-12-29 2011-12-30T08:00 2011-12-30T12:00',
      '2011-12-31 2011-12-31T08:00 2011-12-31T12:00',
    ]);
    const always = buildShop({ timeZone: 'Pacific/Apia' });
    assert.deepEqual(describeOpenings(always, '2011-12-29', '2011-12-31'), [
      '2011-12-29 2011-12-29T10:00 2011-12-30T10:00',
      '2011-12-31 2011-12-30T10:00 2011-12-31T10:00',
    ]);
    const fridays = buildShop({
      timeZone: 'Pacific/Apia',
      openingHours: { fri: [['11:00', '14:00']] },
    });
    assert.deepEqual(describeOpenings(fridays, '2011-12-29', '2012-01-05'), []);
  });

  test('where midnight is skipped, as in Santiago and Beirut, the day begins at one', () => {
    for (const [timeZone, date, before, start, end] of [
      ['America/Santiago', '2026-09-06', '2026-09-05', '2026-09-06T04:00', '2026-09-07T03:00'],
      ['Asia/Beirut', '2026-03-29', '2026-03-28', '2026-03-28T22:00', '2026-03-29T21:00'],
    ] as const) {
      const shop = buildShop({ timeZone });
      const [earlier, opening] = listOpenings(shop, before, date);
      assert.deepEqual([short(opening!.start), short(opening!.end)], [start, end], timeZone);
      assert.equal(short(earlier!.end), start);
    }
  });

  test('where midnight comes twice, as in Santiago, the hour before it belongs to the day before', () => {
    const shop = buildShop({ timeZone: 'America/Santiago' });
    const openings = describeOpenings(shop, '2026-04-04', '2026-04-05');
    assert.deepEqual(openings, [
      '2026-04-04 2026-04-04T03:00 2026-04-05T04:00',
      '2026-04-05 2026-04-05T04:00 2026-04-06T04:00',
    ]);
    for (const second of ['2026-04-05T02:30', '2026-04-05T03:30']) {
      assert.equal(findOpening(shop, at(second))?.date, '2026-04-04');
    }
  });

  test('where clocks go back just after midnight, the first minute of the day counts', () => {
    // In St. John's clocks went back from 00:01 to 23:01 until 2011.
    const shop = buildShop({
      timeZone: 'America/St_Johns',
      openingHours: { sun: [['00:00', '06:00']] },
    });
    assert.deepEqual(describeOpenings(shop, '2010-11-07'), [
      '2010-11-07 2010-11-07T02:30 2010-11-07T09:30',
    ]);
    // The clock shows 23:30 of Saturday for the second time.
    assert.equal(findOpening(shop, at('2010-11-07T03:00'))?.date, '2010-11-07');
    assert.equal(findOpening(shop, at('2010-11-07T02:00')), null);
  });
});

describe('slots', () => {
  test('run from the beginning of each opening, wholly within it', () => {
    const shop = buildShop({
      openingHours: {
        mon: [
          ['11:10', '12:00'],
          ['23:30', '00:50'],
        ],
      },
      slotMinutes: 20,
    });
    assert.deepEqual(describeSlots(shop, '2026-11-30'), [
      '11:10',
      '11:30',
      '23:30',
      '23:50',
      '00:10',
      '00:30',
    ]);
    assert.deepEqual(describeSlots(shop, '2026-12-01'), []);
  });

  test('are none if the shop has none, or its openings are too short', () => {
    const openingHours = everyDay(['12:00', '12:15']);
    assert.deepEqual(describeSlots(buildShop({ openingHours }), '2026-11-30'), []);
    assert.deepEqual(describeSlots(buildShop({ openingHours, slotMinutes: 20 }), '2026-11-30'), []);
  });
});

describe('the horizon', () => {
  test('counts the days of the shop after its today', () => {
    const shop = buildShop({ timeZone: 'Pacific/Auckland', horizonDays: 1 });
    // It is the 30th in Auckland.
    const now = at('2026-11-29T11:30');
    assert.equal(isWithinHorizon(shop, '2026-12-01', now), true);
    assert.equal(isWithinHorizon(shop, '2026-12-02', now), false);
    assert.equal(isWithinHorizon(shop, '2026-12-01', at('2026-11-29T10:59')), false);
  });
});

describe('the times that a shop without slots offers', () => {
  test('are the quarters of an hour on its clock, within its openings', () => {
    const shop = buildShop({
      timeZone: 'Asia/Kathmandu',
      openingHours: everyDay(['12:05', '12:45']),
      horizonDays: 1,
    });
    const now = at('2026-11-29T00:00');
    const times = listQuartersFrom(shop, at('2026-11-29T06:31'), { now, max: 6 });
    // 12:30 on the 29th, and 12:15 and 12:30 on the 30th, at 05:45 ahead of UTC.
    assert.deepEqual(times.map(short), [
      '2026-11-29T06:45',
      '2026-11-30T06:30',
      '2026-11-30T06:45',
    ]);
  });

  test('go on through a clock change', () => {
    const shop = buildShop({ timeZone: 'Australia/Lord_Howe' });
    const from = at('2026-10-03T15:00');
    const times = listQuartersFrom(shop, from, { now: from, max: 4 });
    assert.deepEqual(times.map(short), [
      '2026-10-03T15:00',
      '2026-10-03T15:15',
      '2026-10-03T15:30',
      '2026-10-03T15:45',
    ]);
  });
});

test('what is remembered of one shop is not used for another, nor after a change', () => {
  const open = buildShop({ openingHours: everyDay(['12:00', '13:00']) });
  const noon = at('2026-11-29T12:00');
  assert.equal(isOpen(open, noon), true);
  assert.equal(isOpen({ ...open, openingHours: everyDay(['14:00', '15:00']) }, noon), false);
  assert.equal(isOpen({ ...open, timeZone: 'Asia/Tokyo' }, noon), false);
  // More days than are remembered.
  for (let days = 0; days < 300; days += 1) {
    const later = new Date(noon.getTime() + days * 86_400_000);
    assert.equal(isOpen(open, later), true);
    assert.equal(isOpen(open, new Date(later.getTime() + 3_600_000)), false);
  }
  assert.equal(isOpen(open, noon), true);
});

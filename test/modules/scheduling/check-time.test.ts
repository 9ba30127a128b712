import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  checkTime,
  createSlotBook,
  type ShopSettings,
  SlotsUnreadError,
  type TimeRefusal,
  type WantedTime,
} from '../../../src/modules/scheduling/index.ts';
import { buildShop, everyDay } from './build-shop.ts';

const at = (time: string) => new Date(time.includes('T') ? `${time}Z` : `2026-11-30T${time}Z`);
const now = at('12:00');
const text = (date: Date | null) =>
  date === null ? null : date.toISOString().slice(0, 16).replace('2026-11-30T', '');

function describeRefusal(refusal: TimeRefusal): string {
  switch (refusal.kind) {
    case 'shop_paused':
      return `paused ${text(refusal.until)}`;
    case 'shop_closed':
      return `closed ${text(refusal.opensAt)}`;
    case 'type_not_offered':
      return 'type';
    case 'time_not_available':
      return `time ${refusal.nextTimes.map(text).join(' ')}`.trim();
    case 'slot_full':
      return `full ${refusal.nextTimes.map(text).join(' ')}`.trim();
  }
}

/** Checks a time, and describes the result by texts: `12:30`, or the refusal with its times. */
function check(
  shop: ShopSettings,
  wanted: Partial<WantedTime> = {},
  taken: Readonly<Record<string, number>> = {},
) {
  const wants: WantedTime = { type: 'PICKUP', requestedFor: null, now, override: false, ...wanted };
  const counts = Object.entries(taken).map(([time, places]) => ({ startAt: at(time), places }));
  const within = { start: at('2026-11-01T00:00'), end: at('2027-02-01T00:00') };
  const book = createSlotBook(shop, wants.now, { counts, within, starts: [] });
  const { refusals, promisedFor, slotStart } = checkTime(shop, wants, book);
  return {
    promised: text(promisedFor),
    slot: text(slotStart),
    refusals: refusals.map(describeRefusal),
  };
}

const promised = (time: string | null, slot: string | null = null) => ({
  promised: time,
  slot,
  refusals: [],
});
const refused = (...refusals: readonly string[]) => ({ promised: null, slot: null, refusals });
const override = true;
const requestedFor = (time: string) => ({ requestedFor: at(time) });

const openingHours = everyDay(['11:00', '14:00'], ['17:00', '22:00']);
const shop = buildShop({ openingHours, leadMinutes: 30, horizonDays: 1 });
const slotted: ShopSettings = { ...shop, slotMinutes: 20, slotOrdersMax: 2 };
const closedAt = at('15:00');

describe('an order for as soon as possible', () => {
  test('is promised after the lead time', () => {
    assert.deepEqual(check(buildShop()), promised('12:00'));
    assert.deepEqual(check(shop), promised('12:30'));
  });

  test('is refused while the shop is closed, with the time at which it opens', () => {
    assert.deepEqual(check(shop, { now: closedAt }), refused('closed 17:00'));
    const never = { ...shop, openingHours: {} };
    assert.deepEqual(check(never), refused('closed null'));
  });

  test('takes the first free slot that begins after the lead time', () => {
    assert.deepEqual(check(slotted), promised('12:40', '12:40'));
    const taken = { '12:40': 2, '13:00': 3, '13:20': 1 };
    assert.deepEqual(check(slotted, {}, taken), promised('13:20', '13:20'));
  });

  test('may take a slot of a later opening, and is refused if every slot of the horizon is full', () => {
    assert.deepEqual(check(slotted, { now: at('13:30') }), promised('17:00', '17:00'));
    const never = {
      ...slotted,
      slotOrdersMax: 1,
      openingHours: { mon: [['11:00', '13:00']] },
    } as const;
    assert.deepEqual(check(never, {}, { '12:40': 1 }), refused('full'));
  });

  test('takes a slot also if slots have no limit', () => {
    assert.deepEqual(
      check({ ...slotted, slotOrdersMax: 0 }, {}, { '12:40': 99 }),
      promised('12:40', '12:40'),
    );
  });
});

describe('an order for a time', () => {
  test('is promised for it in an opening, also while the shop is closed', () => {
    assert.deepEqual(check(shop, requestedFor('12:30')), promised('12:30'));
    assert.deepEqual(check(shop, requestedFor('12:31:17.123')), promised('12:31'));
    assert.deepEqual(check(shop, { ...requestedFor('17:00'), now: closedAt }), promised('17:00'));
    assert.deepEqual(check(shop, requestedFor('2026-12-01T21:59')), promised('2026-12-01T21:59'));
  });

  test('is refused before the lead time, outside of the openings and beyond the horizon, with the next times', () => {
    assert.deepEqual(
      check(shop, requestedFor('12:29')),
      refused('time 12:30 12:45 13:00 13:15 13:30 13:45'),
    );
    assert.deepEqual(
      check(shop, requestedFor('14:00')),
      refused('time 17:00 17:15 17:30 17:45 18:00 18:15'),
    );
    assert.deepEqual(check(shop, requestedFor('2026-12-01T21:50')), promised('2026-12-01T21:50'));
    assert.deepEqual(check(shop, requestedFor('2026-12-01T22:00')), refused('time'));
    assert.deepEqual(check(shop, requestedFor('2026-12-02T12:00')), refused('time'));
    for (const extreme of ['0001-01-01T00:00', '9999-12-31T23:59']) {
      const [refusal] = check(shop, requestedFor(extreme)).refusals;
      assert.match(refusal!, /^time/);
    }
  });

  test('needs the beginning of a slot', () => {
    assert.deepEqual(check(slotted, requestedFor('13:00')), promised('13:00', '13:00'));
    assert.deepEqual(
      check(slotted, requestedFor('13:10')),
      refused('time 13:20 13:40 17:00 17:20 17:40 18:00'),
    );
    assert.deepEqual(
      check(slotted, requestedFor('12:20')),
      refused('time 12:40 13:00 13:20 13:40 17:00 17:20'),
    );
  });

  test('is refused if the slot is full, with the next free ones', () => {
    const taken = { '13:00': 2, '13:20': 2, '17:00': 2 };
    assert.deepEqual(
      check(slotted, requestedFor('13:00'), taken),
      refused('full 13:40 17:20 17:40 18:00 18:20 18:40'),
    );
    assert.deepEqual(check(slotted, requestedFor('13:40'), taken), promised('13:40', '13:40'));
  });
});

describe('a pause', () => {
  const paused = { ...shop, acceptingOrders: false, pausedUntil: at('12:20') };

  test('refuses every order until it ends', () => {
    assert.deepEqual(check(paused).refusals, ['paused 12:20']);
    assert.deepEqual(check({ ...paused, pausedUntil: null }).refusals, ['paused null']);
    assert.deepEqual(check(paused, requestedFor('17:00')).refusals, ['paused 12:20']);
    const shipping = { ...paused, fulfilmentTypes: ['SHIPMENT'] as const };
    assert.deepEqual(check(shipping, { type: 'SHIPMENT' }), refused('paused 12:20'));
    assert.deepEqual(check(paused, { now: at('12:20') }), promised('12:50'));
  });

  test('comes first among all refusals', () => {
    const wanted = { type: 'DELIVERY', ...requestedFor('15:00') } as const;
    const [first, second, third] = check(paused, wanted).refusals;
    assert.deepEqual([first, second], ['paused 12:20', 'type']);
    assert.match(third!, /^time/);
  });
});

describe('SHIPMENT', () => {
  test('has no hours, slots or times', () => {
    const shipping = { ...slotted, fulfilmentTypes: ['SHIPMENT'] as const };
    assert.deepEqual(check(shipping, { type: 'SHIPMENT', now: closedAt }), promised(null));
  });

  test('is refused where it is not offered', () => {
    assert.deepEqual(check(shop, { type: 'SHIPMENT' }), refused('type'));
  });
});

describe('an override', () => {
  test('passes pauses, hours, lead and horizon', () => {
    const paused = { ...shop, acceptingOrders: false };
    assert.deepEqual(check(paused, { override }), promised('12:30'));
    assert.deepEqual(check(shop, { override, now: closedAt }), promised('15:30'));
    for (const time of ['12:01', '11:30', '15:00', '2027-06-01T03:00']) {
      assert.deepEqual(check(shop, { override, ...requestedFor(time) }), promised(time));
    }
  });

  test('takes no place outside of all slots, and one inside: never in a full slot', () => {
    assert.deepEqual(check(slotted, { override, now: closedAt }), promised('15:30'));
    // Closed, but in a slot after the lead time.
    const before = { override, now: at('16:45') };
    assert.deepEqual(check(slotted, before), promised('17:20', '17:20'));
    assert.deepEqual(check(slotted, before, { '17:20': 2 }), promised('17:40', '17:40'));
    assert.deepEqual(check(slotted, { override, ...requestedFor('15:00') }), promised('15:00'));
    assert.deepEqual(
      check(slotted, { override, ...requestedFor('12:20') }),
      promised('12:20', '12:20'),
    );
    assert.deepEqual(
      check(slotted, { override, ...requestedFor('12:00') }),
      promised('12:00', '12:00'),
    );
    const taken = { '12:20': 2, '13:00': 2 };
    assert.match(
      check(slotted, { override, ...requestedFor('12:20') }, taken).refusals[0]!,
      /^full 12:40 13:20/,
    );
    assert.match(
      check(slotted, { override, ...requestedFor('13:10') }).refusals[0]!,
      /^time 13:20/,
    );
    // What is left of an opening, and a slot that is over.
    const short = { ...slotted, slotMinutes: 50 };
    assert.deepEqual(check(short, { override, ...requestedFor('13:50') }), promised('13:50'));
    assert.deepEqual(check(slotted, { override, ...requestedFor('11:20') }), promised('11:20'));
  });

  test('does not pass the types', () => {
    assert.deepEqual(check(shop, { override, type: 'DELIVERY' }).refusals, ['type']);
  });
});

describe('the book of slots', () => {
  const known = (start: string, end: string, starts: readonly string[] = []) =>
    createSlotBook(slotted, now, {
      counts: [{ startAt: at('12:40'), places: 1 }],
      within: { start: at(start), end: at(end) },
      starts: starts.map(at),
    });

  test('counts what was decided before', () => {
    const book = known('12:00', '2026-12-02T00:00');
    const wanted: WantedTime = { type: 'PICKUP', requestedFor: null, now, override: false };
    const starts = Array.from({ length: 4 }, () => {
      const { slotStart } = checkTime(slotted, wanted, book);
      book.take(slotStart!);
      return text(slotStart);
    });
    assert.deepEqual(starts, ['12:40', '13:00', '13:00', '13:20']);
  });

  test('finds the first free slot of each time, whichever was asked for before', () => {
    const book = known('12:00', '2026-12-02T00:00');
    for (const [from, first] of [
      ['13:00', '13:00'],
      ['12:40', '12:40'],
      ['12:00', '12:00'],
      ['12:21', '12:40'],
      ['13:01', '13:20'],
      ['12:00', '12:00'],
    ] as const) {
      assert.equal(text(book.findFirstFree(at(from))), first, from);
    }
    for (const full of ['12:00', '12:00', '12:40']) book.take(at(full));
    assert.equal(text(book.findFirstFree(at('12:00'))), '12:20');
    assert.equal(text(book.findFirstFree(at('12:21'))), '13:00');
  });

  test('refuses to decide about slots that were not read', () => {
    const book = known('12:00', '13:20', ['17:00']);
    assert.equal(book.isFree(at('13:00')), true);
    assert.equal(book.isFree(at('17:00')), true);
    for (const time of ['13:20', '11:40', '17:20']) {
      assert.throws(() => book.isFree(at(time)), SlotsUnreadError);
    }
    book.take(at('13:00'));
    book.take(at('13:00'));
    assert.throws(() => book.findFirstFree(at('13:00')), SlotsUnreadError);
    assert.throws(() => createSlotBook(slotted, now, null).isFree(at('13:00')), SlotsUnreadError);
  });

  test('needs nothing if slots have no limit', () => {
    const book = createSlotBook({ ...slotted, slotOrdersMax: 0 }, now, null);
    assert.equal(text(book.findFirstFree(now)), '12:00');
    assert.equal(book.countFree(now), null);
  });

  test('a maximum below the orders of a slot leaves none free', () => {
    const book = createSlotBook({ ...slotted, slotOrdersMax: 1 }, now, {
      counts: [{ startAt: at('12:40'), places: 5 }],
      within: null,
      starts: [at('12:40')],
    });
    assert.equal(book.countFree(at('12:40')), 0);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { testDatabase } from '../../support/database.ts';
import { assertProblem } from '../../support/rules.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();
const path = '/api/shop';

async function read(): Promise<object> {
  return (await server.anonymous.get(path)).json();
}

describe('invalid settings are refused at their location', () => {
  const hours = (openingHours: object) => ({ openingHours });
  const dates = (...days: string[]) => ({
    closedDates: days.map((date) => ({ date, reason: null })),
  });
  const cases: [name: string, body: object, pointer: string][] = [
    ['an unknown field', { currency: 'EUR' }, '/currency'],
    ['a name without visible characters', { name: ' ' }, '/name'],
    ['an unknown time zone', { timeZone: 'Europe/Atlantis' }, '/timeZone'],
    ['an offset as time zone', { timeZone: '+01:00' }, '/timeZone'],
    ['a date-time as time zone', { timeZone: '2026-01-01T00:00:00[Europe/London]' }, '/timeZone'],
    ['an ambiguous abbreviation as time zone', { timeZone: 'PST' }, '/timeZone'],
    ['no type', { fulfilmentTypes: [] }, '/fulfilmentTypes'],
    ['an unknown type', { fulfilmentTypes: ['DRONE'] }, '/fulfilmentTypes/0'],
    ['a type twice', { fulfilmentTypes: ['PICKUP', 'PICKUP'] }, '/fulfilmentTypes'],
    ['an unknown day', hours({ monday: [] }), '/openingHours/monday'],
    ['a time without minutes', hours({ mon: [['9', '17:00']] }), '/openingHours/mon/0/0'],
    ['the hour 25', hours({ mon: [['09:00', '25:00']] }), '/openingHours/mon/0/1'],
    ['the minute 60', hours({ mon: [['09:60', '17:00']] }), '/openingHours/mon/0/0'],
    ['an end after 24:00', hours({ mon: [['09:00', '24:01']] }), '/openingHours/mon/0/1'],
    ['a beginning at 24:00', hours({ mon: [['24:00', '02:00']] }), '/openingHours/mon/0/0'],
    ['one time alone', hours({ mon: [['09:00']] }), '/openingHours/mon/0'],
    ['a list of times', hours({ mon: ['09:00', '17:00'] }), '/openingHours/mon/0'],
    [
      'an overlap',
      hours({
        mon: [
          ['09:00', '12:00'],
          ['11:59', '14:00'],
        ],
      }),
      '/openingHours/mon/1',
    ],
    [
      'the same opening twice',
      hours({
        mon: [
          ['09:00', '12:00'],
          ['09:00', '12:00'],
        ],
      }),
      '/openingHours/mon/1',
    ],
    [
      'an overlap over midnight',
      hours({ mon: [['20:00', '02:00']], tue: [['01:30', '03:00']] }),
      '/openingHours/tue/0',
    ],
    [
      "an overlap over the week's end",
      hours({ sun: [['20:00', '02:00']], mon: [['01:30', '03:00']] }),
      '/openingHours/mon/0',
    ],
    [
      'an opening of 24 hours into the next one',
      hours({ wed: [['09:00', '09:00']], thu: [['08:59', '10:00']] }),
      '/openingHours/thu/0',
    ],
    ['a date that does not exist', dates('2026-02-30'), '/closedDates/0/date'],
    ['a date in another form', dates('25.12.2026'), '/closedDates/0/date'],
    ['a date twice', dates('2026-12-25', '2026-12-26', '2026-12-25'), '/closedDates/2/date'],
    ['a negative lead', { leadMinutes: -1 }, '/leadMinutes'],
    ['a lead of more than a day', { leadMinutes: 1441 }, '/leadMinutes'],
    ['a lead with a fraction', { leadMinutes: 1.5 }, '/leadMinutes'],
    ['slots of 4 minutes', { slotMinutes: 4 }, '/slotMinutes'],
    ['slots of more than four hours', { slotMinutes: 241 }, '/slotMinutes'],
    ['a negative maximum', { slotOrdersMax: -1 }, '/slotOrdersMax'],
    ['a horizon of 61 days', { horizonDays: 61 }, '/horizonDays'],
    ['a tip of 101 percent', { tipPercents: [101] }, '/tipPercents/0'],
    ['tips out of order', { tipPercents: [5, 15, 10] }, '/tipPercents/2'],
    ['a tip twice', { tipPercents: [5, 5] }, '/tipPercents/1'],
    ['more than six tips', { tipPercents: [1, 2, 3, 4, 5, 6, 7] }, '/tipPercents'],
  ];
  for (const [name, body, pointer] of cases) {
    test(name, async () => {
      const before = await read();
      assertProblem(await admin.patch(path, body), 400, 'request.invalid', pointer);
      assert.deepEqual(await read(), before);
    });
  }

  test('all errors are reported', async () => {
    const reply = await admin.patch(path, { timeZone: 'X', slotMinutes: 3, tipPercents: [2, 1] });
    const { errors } = reply.json<{ errors: { pointer: string }[] }>();
    const pointers = errors.map(({ pointer }) => pointer);
    assert.deepEqual(pointers, ['/timeZone', '/slotMinutes', '/tipPercents/1']);
  });
});

describe('opening hours that touch or go round are valid', () => {
  const valid: [name: string, hours: object][] = [
    ['no day at all', {}],
    [
      'one opening that ends where the next begins',
      {
        mon: [
          ['09:00', '12:00'],
          ['12:00', '15:00'],
        ],
      },
    ],
    ['24 hours from any time, each day', { mon: [['09:00', '09:00']], tue: [['09:00', '09:00']] }],
    [
      'from Sunday night to the first opening of Monday',
      { sun: [['20:00', '02:00']], mon: [['02:00', '03:00']] },
    ],
    ['one opening of 24 hours a week', { sun: [['23:59', '23:59']] }],
    [
      'an end at midnight in both notations',
      { mon: [['09:00', '24:00']], tue: [['09:00', '00:00']] },
    ],
  ];
  for (const [name, openingHours] of valid) {
    test(name, async () => {
      const reply = await admin.patch(path, { openingHours });
      assert.equal(reply.status, 200, reply.text);
      assert.deepEqual(reply.json().openingHours, openingHours);
    });
  }
});

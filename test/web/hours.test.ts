import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { changeDays, findEnd, listBars, type OpeningHours } from '../../web/console/shop/hours.ts';

/** Returns the bars of each day in hours. */
function drawn(hours: OpeningHours): string[] {
  return listBars(hours).map((bars) =>
    bars.map(({ from, to, isRest }) => `${from / 60}-${to / 60}${isRest ? ' rest' : ''}`).join(),
  );
}

describe('the week view', () => {
  test('an opening past midnight goes on the next day, and Sunday night on Monday', () => {
    assert.deepEqual(
      drawn({ mon: [['12:00', '14:00']], fri: [['17:00', '02:00']], sun: [['20:00', '01:00']] }),
      ['0-1 rest,12-14', '', '', '', '17-24', '0-2 rest', '20-24'],
    );
  });

  test('midnight is the end of the day, however it is written, and equal times are 24 hours', () => {
    assert.deepEqual(drawn({ mon: [['20:00', '24:00']] })[1], '');
    assert.deepEqual(drawn({ mon: [['20:00', '00:00']] })[1], '');
    assert.deepEqual(drawn({ mon: [['06:00', '06:00']] }).slice(0, 2), ['6-24', '0-6 rest']);
    assert.equal(findEnd(['20:00', '00:00']), 'midnight');
    assert.equal(findEnd(['06:00', '06:00']), 'whole day');
    assert.equal(findEnd(['17:00', '02:00']), 'next day');
  });

  test('openings are kept in the order of time, and a day without any is left out', () => {
    const hours: OpeningHours = { mon: [['17:00', '22:00']], tue: [['10:00', '12:00']] };
    assert.deepEqual(
      changeDays(hours, ['mon', 'wed'], (openings) => [...openings, ['11:00', '14:00']]),
      {
        mon: [
          ['11:00', '14:00'],
          ['17:00', '22:00'],
        ],
        tue: [['10:00', '12:00']],
        wed: [['11:00', '14:00']],
      },
    );
    assert.deepEqual(
      changeDays(hours, ['tue'], () => []),
      { mon: [['17:00', '22:00']] },
    );
  });
});

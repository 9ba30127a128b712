import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDateReader } from '../../../../src/main/cli/import/local-time.ts';

const london = createDateReader('dd/MM/yyyy HH:mm', 'Europe/London');

function iso(text: string): string | undefined {
  return london(text)?.toISOString();
}

test('winter and summer have different offsets', () => {
  assert.equal(iso('15/01/2018 12:00'), '2018-01-15T12:00:00.000Z');
  assert.equal(iso('15/07/2018 12:00'), '2018-07-15T11:00:00.000Z');
});

test('a repeated hour is read as the first', () => {
  assert.equal(iso('25/10/2015 01:30'), '2015-10-25T00:30:00.000Z');
  assert.equal(iso('25/10/2015 02:00'), '2015-10-25T02:00:00.000Z');
});

test('a skipped time is read as if the clocks had not been put forward', () => {
  assert.equal(iso('31/03/2019 01:30'), '2019-03-31T01:30:00.000Z');
  assert.equal(iso('31/03/2019 02:53'), '2019-03-31T01:53:00.000Z');
});

test('a date that does not exist is refused', () => {
  for (const text of [
    '31/06/2018 12:00',
    '29/02/2019 12:00',
    '01/13/2018 12:00',
    '01/01/2018 24:00',
  ]) {
    assert.equal(london(text), null, text);
  }
});

test('text that does not match the format is refused', () => {
  for (const text of ['', '2018-01-15', '15/01/18 12:00', '15/01/2018 12:00 ', '15/01/2018']) {
    assert.equal(london(text), null, text);
  }
});

test('iso accepts only dates with an offset', () => {
  const read = createDateReader('iso', 'UTC');
  assert.equal(read('2020-02-01T10:00:00+01:00')?.toISOString(), '2020-02-01T09:00:00.000Z');
  assert.equal(read('2020-02-01T10:00:00'), null);
  assert.equal(read('2020-13-01T10:00:00Z'), null);
  assert.equal(read('2020-02-30T10:00:00Z'), null);
  assert.equal(read('2020-02-01T24:00:00Z'), null);
});

test('an unknown format or time zone is reported', () => {
  assert.throws(() => createDateReader('dd/MM/yy', 'UTC'), RangeError);
  assert.throws(() => createDateReader('dd/MM HH:mm', 'UTC'), RangeError);
  assert.throws(() => createDateReader('dd/MM/yyyy', 'Europe/Atlantis'), RangeError);
});

test('local times are read back as the same instant in every zone, except in the repeated hour', () => {
  const zones = ['Europe/London', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe'];
  const minutes = fc.integer({ min: 0, max: 27_000_000 });
  fc.assert(
    fc.property(fc.constantFrom(...zones), minutes, (timeZone, minute) => {
      const at = new Date(minute * 60_000);
      const local = new Intl.DateTimeFormat('sv-SE', {
        timeZone,
        dateStyle: 'short',
        timeStyle: 'short',
      }).format(at);
      const read = createDateReader('yyyy-MM-dd HH:mm', timeZone)(local)!;
      const behindMinutes = (at.getTime() - read.getTime()) / 60_000;
      assert([0, 30, 60].includes(behindMinutes), `${timeZone} ${local}: ${behindMinutes}`);
    }),
  );
});

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/max';
import { parsePhone } from '../../../../src/modules/orders/fulfilment/phone.ts';
import { countryCodes } from '../../../../src/shared/countries.ts';

/** National numbers of mobile phones, by country, as the library itself gives them. */
const examples = createRequire(import.meta.url)(
  'libphonenumber-js/examples.mobile.json',
) as Readonly<Record<string, string>>;

const E164 = /^\+[1-9]\d{6,14}$/;

describe('a phone number', () => {
  test('of every country is read in national and international form', () => {
    let read = 0;
    for (const country of countryCodes.filter((code) => isSupportedCountry(code))) {
      const national = examples[country];
      if (national === undefined) continue;
      const international = `+${getCountryCallingCode(country as 'GB')}${national}`;
      const parsed = parsePhone(national, country);
      assert.equal(parsed, international, country);
      assert.match(international, E164);
      for (const text of [international, `  ${international} `, international.replace('+', '＋')]) {
        assert.equal(parsePhone(text, null), international, `${country} ${text}`);
        assert.equal(parsePhone(text, country), international, `${country} ${text}`);
      }
      assert.equal(parsePhone(national, null), null, country);
      read += 1;
    }
    assert.ok(read > 230, String(read));
  });

  test('is read as people write it', () => {
    for (const [text, country, number] of [
      ['020 7946 0000', 'GB', '+442079460000'],
      ['(0)20-7946.0000', 'GB', '+442079460000'],
      ['+44 (0)20 7946 0000', null, '+442079460000'],
      ['0044 20 7946 0000', 'FR', '+442079460000'],
      ['٠٢٠ ٧٩٤٦ ٠٠٠٠', 'GB', '+442079460000'],
      ['(202) 555-0123', 'US', '+12025550123'],
      ['1 202 555 0123', 'CA', '+12025550123'],
    ] as const) {
      assert.equal(parsePhone(text, country), number, text);
    }
  });

  test('of no country is none', () => {
    for (const text of [
      '',
      '+',
      '0',
      '1',
      '112',
      '999',
      '+44',
      '+44 20 7946 000',
      '+44 20 7946 00000',
      '+999 20 7946 0000',
      '+0 20 7946 0000',
      'not a number',
      'my number is +44 20 7946 0000',
      '+44 20 7946 0000 x12',
      '+44 20 7946 0000;ext=12',
      '+44 20 7946 0000 +44 20 7946 0001',
      '9'.repeat(50),
      `+${'9'.repeat(49)}`,
      '\u0000',
      '++442079460000',
      '+1 (555) 0100',
    ]) {
      for (const country of [null, 'GB', 'AQ', 'XX'])
        assert.equal(parsePhone(text, country), null, text);
    }
  });

  test('in national form needs a country that has numbers', () => {
    for (const country of [null, 'AQ', 'BV', 'XX', 'gb', '']) {
      assert.equal(parsePhone('020 7946 0000', country), null, String(country));
    }
  });

  test('has at most the fifteen digits of E.164', () => {
    for (let length = 10; length < 18; length += 1) {
      const parsed = parsePhone(`+49 15${'0'.repeat(length - 2)}`, null);
      assert.ok(parsed === null || E164.test(parsed), String(parsed));
    }
  });
});

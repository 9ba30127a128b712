import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { currencyExponent } from '../../src/shared/money.ts';
import { editableMoney, formatMoney, formatShortMoney, readMoney } from '../../web/shared/money.ts';

const locales = [
  ...[
    'en-GB',
    'en-IN',
    'de-DE',
    'de-CH',
    'de-AT',
    'fr-FR',
    'fr-CH',
    'da-DK',
    'sv-SE',
    'es-ES',
    'pt-PT',
  ],
  ...[
    'pl-PL',
    'ja-JP',
    'ar-EG',
    'ar-MA',
    'fa-IR',
    'hi-IN-u-nu-deva',
    'mr-IN',
    'bn-BD',
    'ne-NP',
    'my-MM',
  ],
];
const currencies = [
  'GBP',
  'EUR',
  'DKK',
  'CHF',
  'INR',
  'EGP',
  'IRR',
  'HUF',
  'IQD',
  'JPY',
  'KWD',
  'CLF',
];

/** Returns the minor units that were read, or null. */
const read = (text: string, currency: string, locale: string) =>
  readMoney(text, currency, locale).money?.amount ?? null;

describe('a typed amount', () => {
  test('equals the amount that was shown, in every language, with and without groups and sign', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000_000_000 }),
        fc.constantFrom(...currencies),
        fc.constantFrom(...locales),
        (amount, currency, locale) => {
          const money = { amount, currency };
          for (const text of [formatMoney(money, locale), editableMoney(money, locale)]) {
            assert.equal(read(text, currency, locale), amount, `${text} in ${locale}`);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is read as the language of the user writes it', () => {
    for (const [locale, currency, text, amount] of [
      ['en-GB', 'GBP', '12.95', 1295],
      ['en-GB', 'GBP', '£12.95', 1295],
      ['en-GB', 'GBP', 'gbp 12.9', 1290],
      ['en-GB', 'GBP', '1,200', 120_000],
      ['en-GB', 'GBP', ' 1,234,567.8 ', 123_456_780],
      ['en-GB', 'HUF', '1295', 129_500],
      ['en-GB', 'JPY', '1,295', 1295],
      ['en-GB', 'KWD', '1.295', 1295],
      ['de-DE', 'KWD', '1,295', 1295],
      ['de-DE', 'GBP', '1.000,00', 100_000],
      ['de-DE', 'GBP', '1.200', 120_000],
      ['da-DK', 'DKK', '1.234,50 kr.', 123_450],
      ['da-DK', 'DKK', '1234,5 kr', 123_450],
      ['en-IN', 'INR', '₹12,34,567.50', 123_456_750],
      ['fr-FR', 'EUR', '1 234,50 €', 123_450],
      ['fr-FR', 'EUR', '1\u00a0234,50\u00a0€', 123_450],
      ['fr-FR', 'EUR', '1\u202f234,50', 123_450],
      ['de-CH', 'CHF', "1'234.50", 123_450],
      ['de-CH', 'CHF', 'CHF 1’234.50', 123_450],
      ['ar-EG', 'EGP', '١٬٢٣٤٫٥٠', 123_450],
      ['ar-EG', 'EGP', '1234.5', 123_450],
      ['fa-IR', 'IRR', '۱۲٫۵', 1250],
      ['hi-IN-u-nu-deva', 'INR', '१२,३४,५६७.५०', 123_456_750],
    ] as const) {
      assert.equal(read(text, currency, locale), amount, `${text} in ${locale}`);
    }
  });

  test('is refused with an example if it is not an amount, or might be another one', () => {
    for (const [locale, currency, text] of [
      ...['', '-5', '+5', '−5', '1e3', '0x10', '0b1', '1_000', 'NaN', 'Infinity'],
      ...['5.', '.5', '1..5', '1.5.0', '1,20', '1,2000', '12,34,567', '1,,200', ',200', '1,200,'],
      ...[
        '1.200',
        '12.955',
        '12.950',
        '0,123',
        '1 200',
        "1'200",
        '£5£',
        '££5',
        '$5',
        '€5',
        '5 EUR',
      ],
      ...['１２', '1２', '١٢', '1٢', '5-', '(5)', '1/2', '½', '5%', '5p'],
    ]
      .map((text) => ['en-GB', 'GBP', text] as const)
      .concat([
        ['en-IN', 'INR', '123,456'],
        ['de-DE', 'GBP', '1.50'],
        ['de-DE', 'GBP', '1,200'],
        ['fr-FR', 'EUR', '1  234'],
        ['ar-EG', 'EGP', '١2'],
        ['ar-EG', 'EGP', '۱۲'],
        ['fa-IR', 'IRR', '۱٬۲'],
        ['en-GB', 'JPY', '1.0'],
        ['en-GB', 'KWD', '1.2345'],
      ] as never[])) {
      const { money, error } = readMoney(text, currency, locale);
      assert.equal(money, null, `${text} in ${locale}`);
      const [example = ''] = /(?<=such as ).*(?=\.$)/.exec(error ?? '') ?? [];
      assert.notEqual(read(example, currency, locale), null, `${error} in ${locale}`);
    }
  });

  test('is refused above the largest safe integer', () => {
    assert.equal(readMoney('99999999999999999', 'GBP', 'en-GB').error, 'This amount is too large.');
  });
});

test('the axis labels of a chart distinguish adjacent amounts, in the units of the currency', () => {
  const short = (amount: number, currency: string) => formatShortMoney({ amount, currency }, 'en');
  assert.deepEqual(
    [5, 15, 12_500].map((amount) => short(amount, 'GBP')),
    ['£0.05', '£0.15', '£125'],
  );
  assert.deepEqual([short(129_500, 'HUF'), short(129_500, 'GBP')], ['HUF\u00a01.3K', '£1.3K']);
  assert.equal(currencyExponent('HUF'), 2);
});

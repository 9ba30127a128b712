import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { editablePercent, formatPercent, readPercent } from '../../web/shared/percent.ts';

test('percentages keep all their decimals, as the language writes them', () => {
  assert.equal(formatPercent('20', 'en-GB'), '20%');
  assert.equal(formatPercent('8.875', 'en-GB'), '8.875%');
  assert.equal(formatPercent('0.0001', 'en-GB'), '0.0001%');
  assert.equal(formatPercent('8.875', 'de-DE'), '8,875\u00a0%');
});

describe('a typed percentage', () => {
  test('equals the one that was shown, in the language of the user', () => {
    for (const locale of ['en-GB', 'de-DE', 'de-CH', 'fr-FR', 'sv-SE', 'ar-EG', 'fa-IR', 'tr-TR']) {
      for (const percent of ['0', '5', '8.875', '12.5', '33.3333', '99.9999', '100']) {
        assert.equal(
          readPercent(editablePercent(percent, locale), locale).percent,
          percent,
          locale,
        );
        assert.equal(readPercent(formatPercent(percent, locale), locale).percent, percent, locale);
      }
    }
  });

  test('is written as the API writes it', () => {
    assert.equal(readPercent(' 020.50 % ', 'en-GB').percent, '20.5');
    assert.equal(readPercent('100.0000', 'en-GB').percent, '100');
    assert.equal(readPercent('8,875', 'de-DE').percent, '8.875');
  });

  test('is refused with a sentence if it is not a percentage, too exact or above 100', () => {
    for (const text of ['', '%', 'ten', '-1', '1e1', '8,87', '5%%', '1.2.3']) {
      const { percent, error } = readPercent(text, 'en-GB');
      assert.deepEqual([percent, error], [null, 'Enter a percentage, such as 8.875.'], text);
    }
    assert.equal(readPercent('1.23456', 'en-GB').error, 'Enter at most 4 decimals.');
    assert.equal(readPercent('100.0001', 'en-GB').error, 'Enter at most 100%.');
    assert.equal(readPercent('8,875', 'de-DE').error, null);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatChange, formatWhole, readChange, readWhole } from '../../web/shared/whole-number.ts';

describe('a typed whole number', () => {
  test('equals the number that was shown, in the language of the user', () => {
    for (const locale of ['en-GB', 'en-IN', 'de-DE', 'de-CH', 'fr-FR', 'sv-SE', 'ar-EG', 'fa-IR']) {
      for (const value of [0, 7, 1_200, 1_234_567, 1_000_000_000]) {
        assert.equal(readWhole(formatWhole(value, locale), locale).value, value, locale);
        for (const change of value === 0 ? [] : [value, -value]) {
          assert.equal(readChange(formatChange(change, locale), locale).value, change, locale);
        }
      }
    }
    assert.equal(readWhole('1.200', 'de-DE').value, 1200);
    assert.equal(readChange('- 3', 'en-GB').value, -3);
    assert.equal(readChange('−3', 'en-GB').value, -3);
  });

  test('is refused with an example if it is not a whole number', () => {
    const neither = [
      '1.5',
      '1e3',
      '0x10',
      '1,20',
      '1,2',
      '5 pieces',
      '١',
      '１',
      '--2',
      '+-2',
      '2-',
      '',
    ];
    for (const text of neither) {
      assert.equal(readWhole(text, 'en-GB').value, null, text);
      assert.equal(readChange(text, 'en-GB').value, null, text);
    }
    assert.equal(readWhole('+2', 'en-GB').value, null);
    assert.equal(readWhole('1.5', 'en-GB').error, 'Enter a whole number, such as 12.');
    assert.equal(readChange('1.5', 'en-GB').error, 'Enter a whole number, such as +10 or -2.');
    assert.equal(readWhole('1.200', 'en-GB').value, null);
    assert.equal(readWhole('99999999999999999', 'en-GB').value, null);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findTextError, normalText, type TextForm, textForms } from '../../src/shared/text.ts';

const forms = Object.keys(textForms) as TextForm[];
const oneLine = forms.filter((form) => !textForms[form].severalLines);
const several = forms.filter((form) => textForms[form].severalLines);
const visible = forms.filter((form) => textForms[form].visible);

function characters(...ranges: readonly (readonly [from: number, to: number])[]): string[] {
  return ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index)),
  );
}

const named = (character: string) => `U+${character.codePointAt(0)!.toString(16)}`;

describe('characters refused in texts of every form', () => {
  const lineEnds = new Set(['\t', '\n', '\r']);
  const controls = characters([0, 0x1f], [0x7f, 0x9f]).filter((one) => !lineEnds.has(one));
  for (const form of forms) {
    test(`a control character: ${form}`, () => {
      for (const one of controls)
        assert.match(findTextError(`a${one}b`, form)!, /control/, named(one));
    });
    test(`a mark that overrides the direction of writing: ${form}`, () => {
      for (const one of characters([0x202a, 0x202e])) {
        assert.match(findTextError(`a${one}b`, form)!, /direction/, named(one));
      }
    });
  }
});

test('line ends, tabs and separators are allowed only in texts of several lines', () => {
  for (const one of ['\t', '\n', '\r', '\r\n', '\u2028', '\u2029']) {
    for (const form of several) assert.equal(findTextError(`a${one}b`, form), null, named(one));
    for (const form of oneLine)
      assert.match(findTextError(`a${one}b`, form)!, /one line/, named(one));
  }
});

const invisible: readonly string[] = [
  ' ',
  '\u00a0',
  '\u1680',
  '\u3000',
  ...characters([0x2000, 0x200f], [0x2060, 0x206f], [0xfe00, 0xfe0f]),
  ...characters([0xe0020, 0xe0030], [0xe0100, 0xe0110], [0xfff9, 0xfffb]),
  ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u1160', '\u17b4', '\u180b', '\u180e'],
  ...['\u2800', '\u3164', '\ufeff', '\uffa0', '\u{1d159}', '\u{1d173}', '\u{13441}'],
  ...['\u0301', '\u20dd', '\u3099', '\u064b'],
];

test('names and meaningful texts must have a visible character', () => {
  for (const one of invisible) {
    for (const form of visible) {
      for (const text of [one, `${one} ${one}`, `\u200b${one}`]) {
        assert.match(findTextError(text, form)!, /a visible character/, named(one));
      }
      assert.equal(findTextError(`${one}a`, form), null, named(one));
    }
    assert.equal(findTextError(one, 'lines'), null, named(one));
  }
});

test('names in all scripts, signs and emoji count as visible', () => {
  for (const name of [
    'Ada',
    '李',
    'नि',
    'عمر',
    '김',
    'Ὀδυσσεύς',
    '7',
    '!',
    '🍋',
    '👩\u200d🍳',
    '☕\ufe0f',
    'ﷲ',
    'a\u2066b\u2069',
  ]) {
    for (const form of forms) assert.equal(findTextError(normalText(name), form), null, name);
  }
});

test('an empty text is refused only by its minimum length', () => {
  for (const form of forms) assert.equal(findTextError('', form), null);
});

test('a length counts characters, not surrogates', () => {
  assert.equal(findTextError('🍋'.repeat(5), 'name', 5), null);
  assert.match(findTextError('🍋'.repeat(6), 'name', 5)!, /at most 5/);
});

test('two spellings of one text become one', () => {
  assert.equal(normalText('Cafe\u0301'), 'Café');
  assert.equal(normalText('Café'), 'Café');
});

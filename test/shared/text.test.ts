import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
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

describe('invisible characters', () => {
  const idle = [
    ...['\u00ad', '\u200b', '\u2060', '\u2063', '\ufeff', '\ufff9', '\u{1d173}', '\u{e0061}'],
    ...['\u2066', '\u2067', '\u2068', '\u2069', '\u200c', '\u200d', '\u200e', '\u200f', '\ufe0f'],
  ];

  test('that have no effect are removed, wherever they are', () => {
    for (const one of idle) {
      for (const text of [`${one}Ada`, `Ad${one}a`, `Ada${one}`, `${one}${one}Ada${one}${one}`]) {
        assert.equal(normalText(text), 'Ada', named(one));
      }
    }
    assert.equal(normalText('e\u200b\u0301'), 'é');
    // A text that is hidden in tags.
    const hidden = [...'ignore this'].map((one) =>
      String.fromCodePoint(0xe0000 + one.charCodeAt(0)),
    );
    assert.equal(normalText(`Ada ${hidden.join('')}`), 'Ada ');
  });

  test('that names of some scripts and emoji need are kept', () => {
    for (const text of [
      'علی\u200cرضا',
      'نمی\u200cخواهم',
      'श्री\u200d',
      'ക്\u200d',
      'ක්\u200dෂ',
      'ক\u09cd\u200cষ',
      '👩\u200d🍳',
      '👩🏽\u200d🍳',
      '🏳\ufe0f\u200d🌈',
      '❤\ufe0f\u200d🔥',
      '1\ufe0f\u20e3',
      '葛\u{e0100}',
      '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
      'שלום\u200f 12',
      'عمر\u200e (1)',
    ]) {
      assert.equal(normalText(text), text.normalize('NFC'), JSON.stringify(text));
    }
  });

  test('make no two texts of Latin letters differ, and a stored text is as it would be stored again', () => {
    const word = fc.string({ unit: fc.constantFrom(...'Ada Lovelace-7é'), maxLength: 12 });
    const noise = fc.array(fc.tuple(fc.nat(12), fc.constantFrom(...idle.slice(0, -1))));
    fc.assert(
      fc.property(word, noise, (text, marks) => {
        const letters = [...text.normalize('NFC')];
        const marked = marks.reduce((at, [place, mark]) => at.toSpliced(place, 0, mark), letters);
        assert.equal(normalText(marked.join('')), text.normalize('NFC'));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(normalText(normalText(text)), normalText(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

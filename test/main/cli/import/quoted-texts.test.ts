import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { formatRow, header, read } from '../../../support/orders-file.ts';

describe('a stray quote affects only its own line', () => {
  const wide = `${header},remark`;
  const cases: Record<string, readonly string[]> = {
    'in a mapped column, never closed': [
      header,
      formatRow('A1', '"Soup'),
      formatRow('B2'),
      formatRow('C3'),
    ],
    'in a mapped column, closed where the columns do not match': [
      header,
      formatRow('A1', '"Soup'),
      formatRow('B2'),
      `${formatRow('A1', 'Bread')}"`,
      formatRow('C3'),
    ],
    'in an unmapped column, never closed': [
      wide,
      `${formatRow('A1')},"odd`,
      `${formatRow('B2')},`,
      `${formatRow('C3')},`,
    ],
    'if all texts are quoted': [
      wide,
      `${formatRow('"A1"')},"odd`,
      `${formatRow('"B2"')},"even"`,
      `${formatRow('"C3"')},"even"`,
    ],
  };
  for (const [what, lines] of Object.entries(cases)) {
    test(what, async () => {
      const { orders, refused, reasons, message } = await read(lines.join('\n'));
      assert.equal(message, null);
      assert.equal(refused[0], 2);
      assert.match(reasons[0]!, /quote that opens column "(name|remark)" is not closed/);
      assert.deepEqual(orders, ['B2: Soup', 'C3: Soup']);
    });
  }

  test('with any number of rows after it', async () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => `${formatRow(`B${index}`)},`);
    const { orders, refused } = await read([wide, `${formatRow('A1')},"odd`, ...rows].join('\n'));
    assert.deepEqual([orders.length, refused], [40_000, [2]]);
  });

  test('a text of several lines is one record', async () => {
    const rows = [
      `${formatRow('A1')},"one, two\r\nthree ""four""\r\n"`,
      `${formatRow('A1', 'Bread')},`,
    ];
    const { orders, refused } = await read([wide, ...rows].join('\r\n'));
    assert.deepEqual([orders, refused], [['A1: Soup+Bread'], []]);
  });

  test('a text of several lines in the first column is one record', async () => {
    const rows = [`"one, two\nthree\nfour",${formatRow('A1')}`, `"",${formatRow('A1', 'Bread')}`];
    const { orders, refused } = await read([`remark,${header}`, ...rows].join('\n'));
    assert.deepEqual([orders, refused], [['A1: Soup+Bread'], []]);
  });

  test('a line break in a column of one line affects only its own order', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const rows = [
        formatRow('A1', `"Naan${end}bread"`),
        formatRow('B2'),
        formatRow('C3', 'Soup', `"1${end}"`),
        formatRow('D4'),
      ];
      const { orders, refused, reasons, message } = await read([header, ...rows].join(end));
      assert.equal(message, null);
      assert.deepEqual(
        [orders, refused],
        [
          ['B2: Soup', 'D4: Soup'],
          [2, 5],
        ],
      );
      assert.equal(reasons[0], 'Column "name" contains a line break.');
    }
  });

  test('any number of such line breaks affects only their own orders', async () => {
    const rows = Array.from({ length: 150 }, (_, index) => formatRow(`A${index}`, '"Naan\nbread"'));
    const { orders, refused, message } = await read([header, ...rows, formatRow('B2')].join('\n'));
    assert.deepEqual([orders, refused.length, message], [['B2: Soup'], 150, null]);
  });

  test('a text of several lines that is too long is one refused record', async () => {
    const note = Array.from({ length: 3_000 }, () => 'x'.repeat(99)).join('\n');
    const rows = [`${formatRow('A1')},"${note}"`, `${formatRow('B2')},`];
    const { orders, refused, reasons, message } = await read([wide, ...rows].join('\n'));
    assert.deepEqual([orders, refused, message], [['B2: Soup'], [2], null]);
    assert.match(reasons[0]!, /more than 100000 characters/);
  });

  test('a text of several lines with bytes that are not UTF-8 is one refused record', async () => {
    const rows = [`${formatRow('A1')},"one\ncaf\u00e9\nthree"`, `${formatRow('B2')},`];
    const content = Buffer.from([wide, ...rows].join('\n'), 'latin1');
    const { orders, refused, reasons, message } = await read(content);
    assert.deepEqual([orders, refused, message], [['B2: Soup'], [2], null]);
    assert.deepEqual(reasons, ['It is not UTF-8.']);
  });

  test('a file with a stray quote in every line is given up early', async () => {
    const lines = Array.from({ length: 20_000 }, () => `${formatRow('A1')},"odd`);
    assert.match(
      (await read([wide, ...lines].join('\n'))).message!,
      /more than 100 unclosed quotes/,
    );
  });
});

describe('a quoted text with lines that look like rows refuses every order that it names', () => {
  const wide = `${header},remark`;
  const cases: Record<string, readonly [readonly string[], readonly number[]]> = {
    'a remark that lists rows': [
      [
        wide,
        `${formatRow('A1')},"As in`,
        `${formatRow('B2')},`,
        'they said"',
        `${formatRow('C3')},`,
      ],
      [2, 3, 4],
    ],
    'two stray quotes around rows': [
      [
        wide,
        `${formatRow('A1')},"odd`,
        `${formatRow('B2')}`,
        `${formatRow('B3')}odd"`,
        `${formatRow('C3')},`,
      ],
      [2, 3, 4],
    ],
    'two stray quotes in a mapped column': [
      [
        header,
        formatRow('A1', '"Soup'),
        formatRow('B2'),
        formatRow('B3', 'Pizza 12"'),
        formatRow('C3'),
      ],
      [2, 3, 4],
    ],
    'two stray quotes in the first column': [
      [
        `remark,${header}`,
        `"odd,${formatRow('A1')}`,
        `odd",${formatRow('B3')}`,
        `,${formatRow('A1')}`,
        `,${formatRow('C3')}`,
      ],
      [2, 2, 3, 4],
    ],
    'a row of an order with other rows': [
      [
        wide,
        `${formatRow('B2')},`,
        `${formatRow('A1')},"odd`,
        `${formatRow('B2')},odd"`,
        `${formatRow('C3')},`,
      ],
      [2, 3, 4],
    ],
    'a wrong row next to a line that is not a row': [
      [
        wide,
        `${formatRow('B2')},`,
        `${formatRow('A1')},"odd`,
        `B2,never,Soup,1,1.00,`,
        `${formatRow('B3')},odd"`,
        `${formatRow('C3')},`,
      ],
      [2, 3, 4, 5],
    ],
  };
  for (const [what, [lines, expected]] of Object.entries(cases)) {
    test(what, async () => {
      const { orders, refused, message } = await read(lines.join('\n'));
      assert.equal(message, null);
      assert.deepEqual([orders, refused], [['C3: Soup'], expected]);
    });
  }

  test('in any part of a large file', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => `${formatRow(`B${index}`)},`);
    const lines = [wide, ...rows, `${formatRow('A1')},"As in`, ...rows.slice(0, 20), 'they said"'];
    const { orders, refused } = await read(lines.join('\n'), 5);
    assert.equal(orders.length, 20);
    assert.equal(new Set(refused).size, refused.length);
    assert.equal(refused.length, 20 + 1 + 20 + 1);
  });
});

test('no line of a quoted text becomes a row, for any text and any column', async () => {
  const piece = fc.constantFrom(
    formatRow('Z9'),
    `,${formatRow('Z8')}`,
    '\n',
    '"',
    ',',
    'note',
    'Z7,',
    ' ',
  );
  const note = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(note, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (notes, isFirst) => {
        const placed = (row: string, text: string) =>
          isFirst ? `${text},${row}` : `${row},${text}`;
        const rows = notes.map((text, index) => placed(formatRow(`A${index}`), quoted(text)));
        const lines = [placed(header, 'remark'), ...rows, placed(formatRow('C3'), '')];
        const { orders, refused, message } = await read(lines.join('\n'));
        assert.equal(message, null);
        assert(orders.includes('C3: Soup'));
        assert(orders.every((order) => /^(A\d|C3): Soup$/.test(order)));
        // A text on one line is unambiguous.
        for (const [index, text] of notes.entries()) {
          if (!text.includes('\n')) assert(orders.includes(`A${index}: Soup`));
        }
        if (refused.length === 0) assert.equal(orders.length, notes.length + 1);
      },
    ),
    { numRuns: 200 },
  );
});

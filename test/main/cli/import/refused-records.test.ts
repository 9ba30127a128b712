import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ColumnMapError } from '../../../../src/main/cli/import/column-map.ts';
import { FileError } from '../../../../src/main/cli/import/file-error.ts';
import { readCsv } from '../../../../src/main/cli/import/read-csv.ts';
import { readProductsFile } from '../../../../src/main/cli/import/read-products.ts';
import { at, formatRow, header, read, writeOrdersFile } from '../../../support/orders-file.ts';

/** A wrong row of A1 between its correct row on line 2 and another order. */
const breaks: Record<string, string | Buffer> = {
  'too many columns': `${formatRow('A1', 'Steak')},extra`,
  'an unquoted comma': formatRow('A1', 'Fish, chips'),
  'too few columns': `A1,${at},Steak,1`,
  'a quote in an unquoted text': formatRow('A1', '12" Pizza'),
  'undoubled quotes in a quoted text': formatRow('A1', '"12" Pizza"'),
  'an unclosed quote': formatRow('A1', '"Steak'),
  'bytes that are not UTF-8': Buffer.from(formatRow('A1', 'Caf\u00e9'), 'latin1'),
  'a NUL': formatRow('A1', 'Ste\0ak'),
  'a control character': formatRow('A1', 'Ste\u0007ak'),
  'a mark that turns the direction of writing': formatRow('A1', 'Ste\u202eak'),
  'an invisible name': formatRow('A1', '\u200b'),
  'a name that is too long': formatRow('A1', 'x'.repeat(201)),
  'no name': formatRow('A1', ' '),
  'a quantity with a fraction': formatRow('A1', 'Steak', '1.0'),
  'a quantity with an exponent': formatRow('A1', 'Steak', '1e3'),
  'a hexadecimal quantity': formatRow('A1', 'Steak', '0x10'),
  'a quantity in digits of another script': formatRow('A1', 'Steak', '\uff11'),
  'a negative quantity': formatRow('A1', 'Steak', '-1'),
  'a quantity of zero': formatRow('A1', 'Steak', '0'),
  'a quantity beyond the largest': formatRow('A1', 'Steak', '10001'),
  'a price with a thousands separator': formatRow('A1', 'Steak', '1', '"1,200"'),
  'a price with two points': formatRow('A1', 'Steak', '1', '1.2.3'),
  'a price with more decimals than the currency': formatRow('A1', 'Steak', '1', '1.005'),
  'a negative price': formatRow('A1', 'Steak', '1', '-1.00'),
  'a price with a currency sign': formatRow('A1', 'Steak', '1', '£1.00'),
  'a date different from its order': formatRow('A1').replace(at, '2026-01-03T12:31:00Z'),
};

describe('a wrong record refuses only its own order', () => {
  for (const [what, row] of Object.entries(breaks)) {
    test(what, async () => {
      const before = Buffer.from(`${header}\n${formatRow('A1')}\n`);
      const behind = Buffer.from(
        `\n${formatRow('B2')}\n${formatRow('A1', 'Bread')}\n${formatRow('C3')}\n`,
      );
      const { orders, refused, message } = await read(
        Buffer.concat([before, Buffer.from(row as string), behind]),
      );
      assert.equal(message, null);
      assert.deepEqual(orders, ['B2: Soup', 'C3: Soup']);
      assert.deepEqual(refused, [2, 3, 5]);
    });
  }

  for (const date of [
    '2026-02-30T12:00:00Z',
    '2026-04-31T12:00:00Z',
    '2026-01-03T24:00:00Z',
    '2026-01-03T12:30:60Z',
    '2026-01-03T12:30:00',
    '1969-12-31T23:59:59Z',
    '0000-01-01T00:00:00Z',
  ]) {
    test(`an invalid or too early date: ${date}`, async () => {
      const row = formatRow('A1').replace(at, date);
      const { orders, refused } = await read([header, row, formatRow('B2')].join('\n'));
      assert.deepEqual([orders, refused], [['B2: Soup'], [2]]);
    });
  }

  test('an order with too many lines', async () => {
    const rows = Array.from({ length: 101 }, () => formatRow('A1'));
    const { orders, refused } = await read([header, ...rows, formatRow('B2')].join('\n'));
    assert.deepEqual(orders, ['B2: Soup']);
    assert.equal(refused.length, 101);
  });
});

describe('a record of no known order refuses the whole file', () => {
  const orderless: Record<string, string> = {
    'no number': formatRow(''),
    'an invalid order number': formatRow('A 1'),
    'a number in unclosed quotes': formatRow('"A1'),
    'a line with only a number': 'A1',
    'a line that is not a record': 'Total: 21.00',
  };
  for (const [what, row] of Object.entries(orderless)) {
    test(what, async () => {
      const lines = [header, formatRow('A1'), row, formatRow('B2'), `${formatRow('C3')},extra`];
      const { orders, message } = await read(lines.join('\n'));
      assert.deepEqual(orders, []);
      assert.match(message!, /^line 3: /);
      assert.match(message!, /^line 5: It has 6 columns, but the header has 5\.$/m);
      assert.match(message!, /Nothing was imported/);
    });
  }

  test('an extra comma before a number that is not in the first column', async () => {
    const rows = [`Soup,${at},A1,1,1.00`, `Fish, chips,${at},A1,1,20.00`];
    const { orders, message } = await read(['name,date,number,quantity,price', ...rows].join('\n'));
    assert.deepEqual(orders, []);
    assert.match(message!, /^line 3: /);
  });

  test('an endless line', async () => {
    const { message } = await read(`${header}\n${formatRow('A1')}\n${'x'.repeat(1_000_000)}`);
    assert.match(message!, /line 3: It has more than \d+ bytes/);
  });
});

describe('any line endings are accepted', () => {
  const rows = [header, formatRow('A1'), formatRow('B2'), '', formatRow('A1', 'Bread'), ',,,,'];
  const ends: Record<string, (index: number) => string> = {
    LF: () => '\n',
    CRLF: () => '\r\n',
    CR: () => '\r',
    'LF after the header and CRLF after the rows': (index) => (index === 0 ? '\n' : '\r\n'),
    'CRLF after the header and LF after the rows': (index) => (index === 0 ? '\r\n' : '\n'),
    'all three alternating': (index) => ['\n', '\r\n', '\r'][index % 3]!,
  };
  for (const [what, end] of Object.entries(ends)) {
    test(what, async () => {
      const text = rows.map((row, index) => row + end(index)).join('');
      for (const content of [text, `\ufeff${text}`, text.replace(/[\r\n,]+$/, '')]) {
        assert.deepEqual((await read(content)).orders, ['A1: Soup+Bread', 'B2: Soup']);
      }
    });
  }
});

test('a file without orders is an error, not an empty success', async () => {
  for (const content of ['', '\ufeff', '\n\r\n', header, `${header}\n`, `${header}\n\n,,,,\n`]) {
    assert.match((await read(content)).message!, /empty|nothing below it/, JSON.stringify(content));
  }
});

test('a header continues until its quotes are closed', async () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const names = `number,date,"Customer${end}note",name,quantity,"price${end}"`;
    const rows = [`A1,${at},"one${end}two",Soup,1,1.00`, `B2,${at},"odd,Soup,1,1.00`];
    const { orders, refused, reasons, message } = await read([names, ...rows].join(end));
    assert.deepEqual([orders, refused, message], [['A1: Soup'], [6], null]);
    assert.match(reasons[0]!, /column "Customer note"/);
  }
});

test('an unreadable header is reported', async () => {
  for (const content of [
    Buffer.from(`\ufeff${header}\n${formatRow('A1')}`, 'utf16le'),
    Buffer.from(`${header},caf\u00e9\n`, 'latin1'),
    `${header},"remark\n${formatRow('A1')}`,
  ]) {
    assert.match((await read(content)).message!, /Line 1, the header/);
  }
  for (const content of [
    `${header},"remark\n${formatRow('A1')},\n${formatRow('B2')},odd"\n${formatRow('C3')},`,
    `${header},"${'remark\n'.repeat(20_000)}"\n${formatRow('A1')},`,
    `${header},"remark\n"s"\n${formatRow('A1')},`,
  ]) {
    assert.match((await read(content)).message!, /Line 1, the header/);
  }
  for (const names of [`${header},price`, `${header},Number`, header.replaceAll(',', ';')]) {
    await assert.rejects(read(`${names}\n${formatRow('A1')},1\n`), ColumnMapError);
  }
});

describe('a file of products', () => {
  const readProducts = async (content: string) => {
    const { products, refused } = await readProductsFile(await writeOrdersFile(content), {}, 'GBP');
    return {
      names: products.map(({ name }) => name),
      lines: refused.first.map(({ line }) => line),
    };
  };

  test('is imported without its wrong records', async () => {
    const rows = [
      'Soup,1.00',
      '12" Pizza,9.00',
      'Fish, chips,9.00',
      '"Pie,2.00',
      'Tea,1,200',
      '\u3164,1',
    ];
    const { names, lines } = await readProducts(['name,price', ...rows, 'Cola,1.50'].join('\n'));
    assert.deepEqual(names, ['Soup', 'Cola']);
    assert.deepEqual(lines, [3, 4, 5, 6, 7]);
  });

  test('may have descriptions of several lines, but not one that swallows products', async () => {
    const rows = ['Soup,1.00,"Hot,\nred"', 'Pie,2.00,"odd', 'Tea,1.00,', 'Cola,1.50,"odd"'];
    const { names, lines } = await readProducts(['name,price,description', ...rows].join('\n'));
    assert.deepEqual(names, ['Soup', 'Tea', 'Cola']);
    assert.deepEqual(lines, [4]);
  });

  test('never has a line of a description read as a product', async () => {
    for (const end of ['\n', '\r\n']) {
      const curry = ['Curry,9.00,"Sizes:', 'Small, 2.00, mild', 'Large, 3.00, hot', 'Ask us"'];
      const lines = ['name,price,description', ...curry, 'Tea,1.00,'];
      const found = await readProducts(lines.join(end));
      assert.deepEqual(found, { names: ['Tea'], lines: [2, 3, 4, 5] });
    }
  });

  test('is imported without a record whose name has a line break', async () => {
    const { names, lines } = await readProducts('name,price\n"Naan\nbread",2.00\nTea,1.00\n');
    assert.deepEqual([names, lines], [['Tea'], [2]]);
  });

  test('has the same product in both Unicode normalization forms', async () => {
    const { names, lines } = await readProducts('name,price\nCafé,1\nCafe\u0301,2\nTea,1\n');
    assert.deepEqual(names, ['Café', 'Tea']);
    assert.deepEqual(lines, [3]);
  });

  test('states the place in the menu only as far as its columns do', async () => {
    const rows = ['Soup,1,Starters,reduced,7', 'Pie,2,,,', 'Tea,1,Drinks,,0'];
    const content = ['name,price,Category,tax_category,position', ...rows].join('\n');
    const { products } = await readProductsFile(await writeOrdersFile(content), {}, 'GBP');
    assert.deepEqual(
      products.map(({ menu }) => menu),
      [
        { category: 'Starters', taxCategory: 'reduced', position: 7 },
        { category: null },
        { category: 'Drinks', position: 0 },
      ],
    );
    const without = await readProductsFile(await writeOrdersFile('name,price\nTea,1\n'), {}, 'GBP');
    assert.deepEqual(without.products[0]!.menu, {});
  });

  test('is imported without rows whose place in the menu is wrong', async () => {
    const rows = [
      `Soup,1,${'x'.repeat(61)},,`,
      'Pie,2,,Reduced,',
      'Tea,1,,,1000001',
      'Ale,1,,,1.5',
      'Cola,1,Drinks,reduced,1000000',
    ];
    const header = 'name,price,category,tax_category,position';
    const { names, lines } = await readProducts([header, ...rows].join('\n'));
    assert.deepEqual([names, lines], [['Cola'], [2, 3, 4, 5]]);
  });

  test('is refused if it is empty', async () => {
    for (const content of ['', 'name,price\n']) {
      await assert.rejects(readProducts(content), FileError);
    }
  });
});

test('any values are read as they were written', async () => {
  const value = fc.string({
    unit: fc.constantFrom('a', 'é', ',', '"', ' ', '\n', '🍋'),
    maxLength: 8,
  });
  const table = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: 1 });
  const shape = { mayHaveLines: () => true, looksLikeRecord: () => false };
  const quoted = (text: string, always: boolean) =>
    always || /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  await fc.assert(
    fc.asyncProperty(table, fc.boolean(), fc.constantFrom('\n', '\r\n'), async (rows, all, end) => {
      // Empty rows are skipped.
      const filled = rows.map(([first, ...others]) => [`x${first}`, ...others]);
      const lines = filled.map((row) => row.map((text) => quoted(text, all)).join(','));
      const found: (readonly string[])[] = [];
      for await (const records of readCsv(
        await writeOrdersFile(['a,b,c', ...lines].join(end)),
        () => shape,
      )) {
        for (const { values, fault } of records) {
          assert.equal(fault, null);
          found.push(values);
        }
      }
      assert.deepEqual(found, filled);
    }),
    { numRuns: 60 },
  );
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  buildGreeting,
  greetedName,
  type MailContent,
  toOneLine,
} from '../../../src/modules/notifications/mail-content.ts';
import { renderEarlyHtml } from '../../../src/modules/notifications/render-early-html.ts';
import { renderEarlyText } from '../../../src/modules/notifications/render-early-text.ts';
import { renderHtml } from '../../../src/modules/notifications/render-html.ts';
import { renderText } from '../../../src/modules/notifications/render-text.ts';

function buildContent(text: string): MailContent {
  return {
    subject: text,
    greeting: buildGreeting(text),
    paragraphs: [text],
    order: {
      lines: [{ quantity: 1, name: text, total: '1.00 GBP', details: [text] }],
      sums: [{ label: text, amount: '0.20 GBP' }],
      total: '1.20 GBP',
      remarks: [text],
      details: [{ label: 'Your note', text }],
    },
    link: { label: text, url: `https://shop.example/shop?${text}` },
  };
}

const listTags = (html: string) =>
  html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

describe('a mail', () => {
  test('has the same elements and attributes in HTML whatever texts it contains', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', 'a', ' ', ';', '#') }),
    );
    for (const render of [renderHtml, renderEarlyHtml]) {
      const expected = listTags(render(buildContent('plain'), 'Shop'));
      fc.assert(
        fc.property(hostile, (text) => {
          assert.deepEqual(listTags(render(buildContent(text), text)), expected);
        }),
      );
    }
  });

  for (const [revisions, toText, toHtml, noteHtml] of [
    ['first revisions', renderEarlyText, renderEarlyHtml, 'Your note: \u2068كسكس\u2069'],
    ['latest revision', renderText, renderHtml, '>\u2068كسكس\u2069</td></tr>\n</table>'],
  ] as const) {
    test(`of the ${revisions} keeps a right-to-left name between its quantity and its price`, () => {
      for (const name of ['שקשוקה 2', 'كسكس', 'كسكس (2)', 'Hummus חומוס', '𞤀𞤣𞤤𞤢𞤥']) {
        const isolated = `\u2068${name}\u2069`;
        const text = toText(buildContent(name), 'Shop');
        assert.ok(text.includes(`1 x ${isolated}: 1.00 GBP`), text);
        assert.ok(text.includes(`\n  ${isolated}\n`), text);
        assert.ok(text.includes(`\n${isolated}: 0.20 GBP\n`), text);
        assert.ok(text.includes(`Your note: ${isolated}`), text);
        assert.equal(buildGreeting(name), `Hello ${isolated},`);
      }
      const plain = toText(buildContent('Crème brûlée'), 'Shop');
      assert.doesNotMatch(plain, /[\u2066-\u2069]/);
      const html = toHtml(buildContent('كسكس'), 'Shop');
      assert.match(html, /1 &times; <bdi>كسكس<\/bdi><br><small><bdi>كسكس<\/bdi><\/small><\/td>/);
      assert.ok(html.includes(noteHtml), html);
    });
  }

  test('contains user input unescaped in its plain text', () => {
    const text = renderText(buildContent('Fish & <chips>'), 'Salt & Pepper');
    assert.ok(text.includes('1 x Fish & <chips>: 1.00 GBP'));
    assert.ok(text.includes('Salt & Pepper'));
  });
});

describe('user input', () => {
  test('becomes one line without control characters and direction marks', () => {
    assert.equal(
      toOneLine(' 12 High St\r\n\tLondon\u2028 \u202eNW1\u0007 '),
      '12 High St London NW1',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const line = toOneLine(text);
        assert.doesNotMatch(line, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        assert.equal(toOneLine(line), line);
      }),
    );
  });

  test('is used in the greeting if it is a name, and left out if it could become a link', () => {
    for (const [name, greeting] of [
      ['Ada Lovelace', 'Hello Ada Lovelace,'],
      ['J. R. R. Tolkien', 'Hello J. R. R. Tolkien,'],
      ['Zoë O’Neil', 'Hello Zoë O’Neil,'],
      ['', 'Hello,'],
      [' \r\n ', 'Hello,'],
      ['Win at evil.example', 'Hello,'],
      ['see https:', 'Hello,'],
      ['mallory@evil', 'Hello,'],
      ['x'.repeat(61), 'Hello,'],
    ] as const) {
      assert.equal(buildGreeting(greetedName(name)), greeting);
    }
  });
});

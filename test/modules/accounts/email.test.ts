import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emailKey, parseEmail } from '../../../src/modules/accounts/email.ts';
import { refusal } from './accounts-fixture.ts';

test('an address has one key, whatever its case and Unicode form', () => {
  const spellings = [
    'José@Example.com',
    'JOSÉ@EXAMPLE.COM',
    'Jose\u0301@example.com',
    'ｊｏｓé@example.com',
  ];
  const keys = new Set(spellings.map((spelling) => parseEmail(spelling).key));
  assert.deepEqual([...keys], ['josé@example.com']);
});

test('an address has one key, whatever the form of its domain', () => {
  for (const [key, spellings] of Object.entries({
    'user@bücher.example': [
      'user@bücher.example',
      'User@BÜCHER.Example',
      'user@bu\u0308cher.example',
      'user@ｂücher.example',
      'user@xn--bcher-kva.example',
      'USER@XN--BCHER-KVA.EXAMPLE',
    ],
    'ada@mail.straße.рф': ['ada@mail.xn--strae-oqa.xn--p1ai', 'ada@mail.straße.xn--p1ai'],
    '山田@例え.jp': ['山田@xn--r8jz45g.jp'],
  })) {
    for (const spelling of spellings) {
      assert.deepEqual([parseEmail(spelling).key, emailKey(spelling)], [key, key], spelling);
    }
  }
});

test('an ASCII domain without another form stays unchanged', () => {
  for (const address of [
    'a@127.1',
    'a@0x7f.1',
    'a@xn--i-7iq.ws',
    'a@xn--zzzz.example',
    'a@xn--example-.example',
    'xn--bcher-kva@example.com',
  ]) {
    assert.deepEqual([parseEmail(address).key, emailKey(address)], [address, address]);
  }
});

test('a lookup reads its text as an address, never as a URL', () => {
  for (const text of [
    'a@b.example/ü',
    'a@b.example:80ü',
    'a@%62ü.example',
    'a@b.example?ü',
    'a@[ü]',
  ]) {
    assert.equal(emailKey(text), text);
  }
});

test('the key of a part of an address is part of its key', () => {
  for (const part of ['bücher', 'BÜCHER', 'xn--bcher-kva', '@xn--bcher-kva.example', 'bücher.ex']) {
    assert.ok('user@bücher.example'.includes(emailKey(part)), part);
  }
});

test('an invalid domain is refused, and so is one with look-alike letters in either form', () => {
  for (const address of [
    'a@xn--bücher.example',
    'admin@xn--pypal-4ve.com',
    'a@bü.1',
    'a@ü..example',
  ]) {
    assert.throws(() => parseEmail(address), refusal('request.invalid'), address);
  }
});

test('an address keeps its case for the mail server', () => {
  assert.equal(parseEmail('Ada.Lovelace@Example.com').address, 'Ada.Lovelace@Example.com');
});

test('addresses in other scripts are accepted', () => {
  for (const address of [
    'пользователь@example.com',
    '山田@例え.jp',
    'ada+tag@mail.example.co.uk',
  ]) {
    assert.equal(parseEmail(address).key, address);
  }
});

test('an address with a look-alike letter is refused', () => {
  const lookAlikes = [
    'аdmin@example.com',
    'admin@exаmple.com',
    'αdmin@example.com',
    'adm\u0131\u0307n@example.com',
  ];
  for (const address of lookAlikes) {
    assert.throws(() => parseEmail(address), refusal('request.invalid'), address);
  }
});

test('an address that could break out of a mail header is refused', () => {
  const hostile = [
    'a@example.com\r\nBcc: b@example.com',
    'a\r\n@example.com',
    'a\u0000@example.com',
    'a\u2028@example.com',
    'a\u200b@example.com',
    'a b@example.com',
    'a@example.com,b@example.com',
    '<a@example.com>',
    '"a\r"@example.com',
  ];
  for (const address of hostile) {
    assert.throws(() => parseEmail(address), refusal('request.invalid'), JSON.stringify(address));
  }
});

test('a text that is not an address is refused', () => {
  for (const address of [
    '',
    'a',
    '@',
    'a@',
    '@example.com',
    'a@b',
    'a@@b.com',
    'a..b@c.com',
    'a@.com',
    'a@b.',
  ]) {
    assert.throws(() => parseEmail(address), refusal('request.invalid'), address);
  }
});

test('an address has at most 254 characters, even after normalization', () => {
  const longest = `${'a'.repeat(242)}@example.com`;
  assert.equal(parseEmail(longest).address.length, 254);
  assert.throws(() => parseEmail(`a${longest}`), refusal('request.invalid'));
  // One character that becomes eighteen.
  assert.throws(() => parseEmail(`${'\ufdfa'.repeat(20)}@example.com`), refusal('request.invalid'));
});

test('a long text that is almost an address is refused in linear time', () => {
  const before = process.cpuUsage();
  for (const near of [`${'a.'.repeat(120)}@`, `a@${'b.'.repeat(120)}`, `${'a'.repeat(253)}@`]) {
    assert.throws(() => parseEmail(near), refusal('request.invalid'));
  }
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});

test('looking up an account accepts any text', () => {
  assert.equal(emailKey('NOT An Address'), 'not an address');
  for (const part of ['jörg+shop', 'jörg_müller', "o'brién", 'bücher']) {
    assert.equal(emailKey(part), part);
  }
  assert.equal(emailKey('xn--bcher-kva'), 'bücher');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emailKey, readEmail } from '../../../src/modules/accounts/email.ts';
import { refusal } from './accounts-fixture.ts';

test('one address is one account whatever its case and Unicode form', () => {
  const spellings = [
    'José@Example.com',
    'JOSÉ@EXAMPLE.COM',
    'Jose\u0301@example.com',
    'ｊｏｓé@example.com',
  ];
  const keys = new Set(spellings.map((spelling) => readEmail(spelling).key));
  assert.deepEqual([...keys], ['josé@example.com']);
});

test('an address keeps its case for the mail server', () => {
  assert.equal(readEmail('Ada.Lovelace@Example.com').address, 'Ada.Lovelace@Example.com');
});

test('addresses of other scripts are taken', () => {
  for (const address of [
    'пользователь@example.com',
    '山田@例え.jp',
    'ada+tag@mail.example.co.uk',
  ]) {
    assert.equal(readEmail(address).key, address);
  }
});

test('an address with a letter that looks like another is refused', () => {
  const lookAlikes = [
    'аdmin@example.com',
    'admin@exаmple.com',
    'αdmin@example.com',
    'adm\u0131\u0307n@example.com',
  ];
  for (const address of lookAlikes) {
    assert.throws(() => readEmail(address), refusal('request.invalid'), address);
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
    assert.throws(() => readEmail(address), refusal('request.invalid'), JSON.stringify(address));
  }
});

test('a text that is no address is refused', () => {
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
    assert.throws(() => readEmail(address), refusal('request.invalid'), address);
  }
});

test('an address has at most 254 characters, also after it was composed', () => {
  const longest = `${'a'.repeat(242)}@example.com`;
  assert.equal(readEmail(longest).address.length, 254);
  assert.throws(() => readEmail(`a${longest}`), refusal('request.invalid'));
  // One character that becomes eighteen.
  assert.throws(() => readEmail(`${'\ufdfa'.repeat(20)}@example.com`), refusal('request.invalid'));
});

test('a long text that is almost an address is refused in linear time', () => {
  const startedAtMs = performance.now();
  for (const near of [`${'a.'.repeat(120)}@`, `a@${'b.'.repeat(120)}`, `${'a'.repeat(253)}@`]) {
    assert.throws(() => readEmail(near), refusal('request.invalid'));
  }
  assert.ok(performance.now() - startedAtMs < 1_000);
});

test('looking an account up takes any text', () => {
  assert.equal(emailKey('NOT An Address'), 'not an address');
});

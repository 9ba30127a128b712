import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCommonPassword } from '../../../src/modules/accounts/passwords/password-rule.ts';

const owner = {
  email: 'Ada.Lovelace@Example.com',
  name: 'Ada Lovelace',
  shopName: 'The Corner Bakery',
};

const common: Record<string, readonly string[]> = {
  'one of the most used passwords': [
    'password',
    '12345678',
    'qwertyuiop',
    'p@ssw0rd',
    'trustno1',
    '1q2w3e4r',
  ],
  'a common password in another case or width': [
    'PASSWORD',
    'Sunshine',
    'iLoveYou',
    'ｐａｓｓｗｏｒｄ',
  ],
  'a common password with added digits or punctuation': [
    'password1',
    'Password123!',
    '!!password!!',
    '  password  ',
    '2024-Welcome',
    'qwerty123456',
    'admin12345678',
    'love 12345678',
    'Passw0rd!!',
    'P@ssw0rd99',
    '1qaz2wsx2024',
    'pass-word',
    'p1a2s3s4w5o6r7d8',
    'i love you',
    // As long as the rest may be: digits and signs do not count.
    'Password9375028164',
    'Dragon!2024!2025',
    'pass 8361940275119347',
    '7391-4820-love-5573',
  ],
  'a sequence of digits, letters or keys': [
    '87654321',
    '34567890',
    'abcdefgh',
    'zyxwvuts',
    '!@#$%^&*',
  ],
  'a text that repeats itself': [
    'aaaaaaaa',
    '00000000',
    '********',
    'aaaaaaaa1',
    '123123123',
    'passwordpassword',
    'ab cd ab cd ',
  ],
  'a text of only spaces and invisible characters': [
    ' '.repeat(8),
    '\t\n\u00a0\u2003\u3000\u2028\u1680\u205f',
    '\u200b\u200d\u2060\ufeff\u00ad\u3164\u115f\u2800',
    '\u0000'.repeat(8),
    ' '.repeat(256),
    `a${' '.repeat(8)}`,
    '.\u3000\u3000\u3000\u3000\u3000\u3000\u3000.',
  ],
  'the address, or a part of it': [
    'ada.lovelace@example.com',
    'ADA.LOVELACE@EXAMPLE.COM',
    'ada.lovelace@example.com1',
    'ada.lovelace',
    'AdaLovelace',
    'ada-lovelace-99',
    'example1',
  ],
  "the shop's name, or a part of it": [
    'The Corner Bakery',
    'thecornerbakery',
    'TheCornerBakery2026!',
    'bakery2024',
  ],
  'the name, or a part of it': ['Ada Lovelace', 'ada lovelace!', 'Lovelace', 'lovelace1815'],
};

for (const [what, passwords] of Object.entries(common)) {
  test(`${what} is refused`, () => {
    for (const password of passwords) {
      assert.ok(isCommonPassword(password, owner), JSON.stringify(password));
    }
  });
}

test('the address is refused in any form of its domain', () => {
  const spellings = [
    'user@bücher.example',
    'USER@XN--BCHER-KVA.EXAMPLE',
    ' user@bu\u0308cher.example ',
  ];
  for (const email of spellings.map((spelling) => spelling.trim())) {
    for (const password of spellings) {
      assert.ok(isCommonPassword(password, { email, name: '', shopName: '' }), password);
    }
  }
});

test('several words in a row and random texts are accepted', () => {
  for (const password of [
    'a long pass phrase',
    'correct horse battery staple',
    'correcthorsebatterystaple',
    'ada loves her difference engine',
    'my dog eats 3 bananas',
    'пароль для моего магазина',
    '密码是一个很长的句子',
    'Tr0ub4dor&3',
    'k7mp-w2xd-9rfq-t4hn',
    '9f86d081884c7d65',
    'xK9vQ2mZ',
    '9184720563718204',
    `${'x'.repeat(254)}éy`,
  ]) {
    assert.ok(!isCommonPassword(password, owner), password);
  }
});

test('an empty or short name or address does not refuse every password', () => {
  for (const name of ['', ' ', 'A', '-', '42']) {
    assert.ok(
      !isCommonPassword('a4-b2-42 sparrows', { email: 'a@b.example', name, shopName: name }),
      name,
    );
  }
});

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { keyboardLayouts } from '../../../../src/main/config/secrets/keyboards.ts';
import { findWeakness } from '../../../../src/main/config/secrets/weakness.ts';

const whsec = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;
const counted = (length: number, byteAt: (index: number) => number) =>
  Uint8Array.from({ length }, (_, index) => byteAt(index));
const repeated = (text: string, length: number) => text.repeat(length).slice(0, length);
const swapCase = (text: string) =>
  Array.from(text, (it, at) => (at % 2 === 0 ? it.toUpperCase() : it.toLowerCase())).join('');

const weak: Record<string, readonly string[]> = {
  'one character': ['a'.repeat(32), '0'.repeat(16), '-'.repeat(40)],
  'few characters': [repeated('ab', 40), 'aabbbabaababbbabaabbabaabbabbaab', '1111222233334444'],
  'a repeated pattern': [
    repeated('abcabcabd', 45),
    repeated('kT7#mQ2!xZ', 40),
    'q7Zk1vYw3RtN8xLmq7Zk1vYw3RtN8xLm',
    'q7Zk1vYw3RtN8xLm-Q7zK1VyW3rTn8XlM',
    'q7Zk1vYw3RtN8xLmmLx8NtR3wYv1kZ7q',
  ],
  'an alphabet or counting': [
    'abcdefghijklmnopqrstuvwxyz012345',
    'zyxwvutsrqponmlkjihgfedcba987654',
    'acegikmoqsuwybdfhjlnprtvxz135790',
    'aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpP',
    '0123456789abcdef0123456789abcdef',
    '00112233445566778899aabbccddeeff',
    'ABCDEFGHIJKLMNOP',
  ],
  'a run of keyboard keys': [
    'qwertyuiopasdfghjklzxcvbnm1234567890',
    'mnbvcxzlkjhgfdsapoiuytrewq0987654321',
    'QwErTyUiOpAsDfGhJkLzXcVbNm123456',
    '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,',
    '!QAZ@WSX#EDC$RFV%TGB^YHN&UJM*IK<',
    'qazwsxedcrfvtgbyhnujmikolp1234567',
    'azertyuiopqsdfghjklmwxcvbn123456',
    'qwertzuiopasdfghjklyxcvbnm123456',
    'pyfgcrlaoeuidhtnsqjkxbmwvz1234567',
    'qwfpgjluyarstdhneiozxcvbkm123456',
    'йцукенгшщзхъфывапролджэячсмитьбю',
    'qwertyuiopasdfgh',
  ],
  words: [
    'please-change-me-please-change-me-123',
    'thisisaverylongsecretkeyforproduction',
    'this is my very secret jwt signing key',
    'correct-horse-battery-staple-for-our-shop',
    'Th1s1sMyS3cr3tP@ssw0rdF0rPr0duct10n!',
    'a-string-secret-at-least-256-bits-long',
    'super-secret-jwt-token-with-at-least-32-characters-long',
    'MondayTuesdayWednesdayThursdayFriday',
    'holdfast-production-jwt-secret-2026!',
    'drowssap-terces-drowssap-nedlog-nogard',
    'metrics-token-123',
  ],
  'bytes of a pattern': [
    whsec(new Uint8Array(32)),
    whsec(new Uint8Array(24).fill(7)),
    whsec(counted(32, (index) => index)),
    whsec(counted(32, (index) => 255 - index)),
    whsec(counted(48, (index) => index * 37 + 5)),
    whsec(counted(32, (index) => index % 5)),
    whsec(counted(32, (index) => (index % 2 === 0 ? 0 : 17 * index))),
    Buffer.from(counted(32, (index) => index)).toString('base64'),
    Buffer.from(counted(32, (index) => index * 3)).toString('hex'),
    whsec(Buffer.from('this-is-my-secret-key-in-base64!!')),
    Buffer.from('correct horse battery staple').toString('hex'),
    Buffer.from(Buffer.from('change-me-change-me-123').toString('hex')).toString('base64'),
    '12345678-1234-1234-1234-123456789012',
    '00000000-0000-0000-0000-000000000000',
  ],
  'an example': ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'sk_test_4eC39HqLyjWDarjtT1zdp7dc'],
};

for (const [what, secrets] of Object.entries(weak)) {
  test(`a secret that is ${what} is weak, and no part of it is repeated`, () => {
    for (const secret of secrets) {
      const weakness = findWeakness(secret);
      assert.ok(weakness !== null, secret);
      assert.ok(!weakness.includes(secret));
    }
  });
}

test('a straight run on any keyboard layout, forwards or backwards and in any case, is weak', () => {
  const layouts = keyboardLayouts();
  assert.ok(layouts.length >= 6);
  for (const layout of layouts) {
    const keys = [...layout].toSorted(([, a], [, b]) => a - b);
    const run = keys.map(([key]) => key).filter((key) => /^[\p{Ll}\d]$/u.test(key));
    if (run.length < 20) continue;
    const text = run.join('').slice(0, 32);
    for (const written of [text, [...text].reverse().join(''), swapCase(text)]) {
      assert.ok(findWeakness(written) !== null, written);
    }
  }
});

const ALPHABETS = {
  letters: 'abcdefghijklmnopqrstuvwxyz',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  base62: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
};

function buildRandom(alphabet: string, length: number): string {
  // The first symbols occur slightly more often, which does not matter here.
  return Array.from(
    randomBytes(length * 2).subarray(0, length),
    (byte) => alphabet[byte % alphabet.length],
  ).join('');
}

const makers: Record<string, () => string> = {
  'openssl rand -hex 8': () => randomBytes(8).toString('hex'),
  'openssl rand -hex 16': () => randomBytes(16).toString('hex'),
  'openssl rand -hex 24, in capitals': () => randomBytes(24).toString('hex').toUpperCase(),
  'openssl rand -hex 32': () => randomBytes(32).toString('hex'),
  'openssl rand -base64 12': () => randomBytes(12).toString('base64'),
  'openssl rand -base64 32': () => randomBytes(32).toString('base64'),
  'openssl rand -base64 48': () => randomBytes(48).toString('base64'),
  'base64url of 24 bytes': () => randomBytes(24).toString('base64url'),
  'whsec_ of 24 bytes': () => whsec(randomBytes(24)),
  'whsec_ of 32 bytes': () => whsec(randomBytes(32)),
  'a key as Stripe makes them': () => `sk_live_${buildRandom(ALPHABETS.base62, 24)}`,
  'a UUID': () => randomUUID(),
  '16 small letters': () => buildRandom(ALPHABETS.letters, 16),
  '32 of base32': () => buildRandom(ALPHABETS.base32, 32),
};
const TRIES = 300;

for (const [how, make] of Object.entries(makers)) {
  test(`a random secret is not weak, except one in many thousands: ${how}`, () => {
    const weak = Array.from({ length: TRIES }, make).filter(
      (secret) => findWeakness(secret) !== null,
    );
    assert.ok(weak.length <= 1, weak.join(' '));
  });
}

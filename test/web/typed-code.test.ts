import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeBrowser, isPhone } from '../../web/shared/browser-name.ts';
import { formatRecoveryFile } from '../../web/shared/recovery-codes.ts';
import { formatSecret, readTypedCode } from '../../web/shared/typed-code.ts';

test('a code counts with the blanks and hyphens that people type or paste with it', () => {
  for (const typed of ['123456', ' 123 456\n', '123-456', '1 2 3 4 5 6', '123\u00a0456']) {
    assert.equal(readTypedCode(typed), '123456');
  }
});

test('a secret is shown in groups of four', () => {
  assert.equal(formatSecret('JBSWY3DPEHPK3PXP'), 'JBSW Y3DP EHPK 3PXP');
  assert.equal(formatSecret('JBSWY'), 'JBSW Y');
  assert.equal(formatSecret(''), '');
});

test('the file of recovery codes says whose they are, and has each on a line of its own', () => {
  const text = formatRecoveryFile(['AAAA-1', 'BBBB-2'], {
    email: 'ada@example.com',
    origin: 'https://shop.example',
  });
  assert.ok(text.includes('ada@example.com'));
  assert.ok(text.includes('https://shop.example'));
  assert.ok(text.endsWith('\nAAAA-1\nBBBB-2\n'));
});

test('a telephone is told from a computer', () => {
  const phones = [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36',
  ];
  const laptop = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Gecko/20100101 Firefox/143.0';
  assert.deepEqual([...phones, laptop].map(isPhone), [true, true, false]);
  assert.equal(describeBrowser(laptop), 'Firefox on Windows');
});

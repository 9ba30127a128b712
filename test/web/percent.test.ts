import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPercent } from '../../web/shared/percent.ts';

test('percentages keep all their decimals, as the language writes them', () => {
  assert.equal(formatPercent('20', 'en-GB'), '20%');
  assert.equal(formatPercent('8.875', 'en-GB'), '8.875%');
  assert.equal(formatPercent('0.0001', 'en-GB'), '0.0001%');
  assert.equal(formatPercent('8.875', 'de-DE'), '8,875\u00a0%');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { skuFromName } from '../../../../src/main/cli/import/sku-from-name.ts';
import { SKU_PATTERN } from '../../../../src/modules/catalog/index.ts';

test('a name becomes capital letters and digits with dashes in between', () => {
  assert.equal(skuFromName('Crème Brûlée (2 pieces)'), 'CREME-BRULEE-2-PIECES');
  assert.equal(skuFromName('Fish & Chips', 2), 'FISH-CHIPS-2');
  assert.equal(skuFromName('咖喱'), 'ITEM');
});

test('any name becomes a valid SKU', () => {
  const expression = new RegExp(SKU_PATTERN);
  const names = fc.string({ unit: 'grapheme', maxLength: 200 });
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 1000 }), (name, variant) => {
      assert.match(skuFromName(name, variant), expression);
    }),
  );
});

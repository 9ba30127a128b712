import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  choose,
  describeMissing,
  describeRange,
  type Group,
  listChosen,
  readChosen,
} from '../../web/shared/choices.ts';

const modifier = (code: string, more: Partial<Group['modifiers'][number]> = {}) => ({
  code,
  name: code.toLowerCase(),
  price: { amount: 100, currency: 'GBP' },
  quantityMax: 1,
  available: null,
  ...more,
});

function buildGroup(name: string, min: number, max: number, modifiers: Group['modifiers']): Group {
  return { id: name, name, min, max, modifiers };
}

const size = buildGroup('Size', 1, 1, [modifier('SMALL'), modifier('LARGE')]);
const sauces = buildGroup('Sauces', 2, 3, [
  modifier('MINT', { quantityMax: 2 }),
  modifier('RAITA'),
  modifier('CHILLI', { available: 0 }),
]);

describe('the choice of modifiers', () => {
  test('a choice in a group of one replaces the other, elsewhere it adds to them', () => {
    const large = choose(size, choose(size, {}, 'SMALL', 1), 'LARGE', 1);
    assert.deepEqual(listChosen([size], large), [{ code: 'LARGE', name: 'large', quantity: 1 }]);
    const both = choose(sauces, choose(sauces, {}, 'MINT', 2), 'RAITA', 1);
    assert.deepEqual(
      listChosen([sauces], both).map(({ code, quantity }) => [code, quantity]),
      [
        ['MINT', 2],
        ['RAITA', 1],
      ],
    );
  });

  test('a sentence states what the first group that is out of range needs', () => {
    const groups = [size, sauces];
    assert.equal(describeMissing(groups, {}), 'Choose one of “Size”.');
    assert.equal(describeMissing(groups, { SMALL: 1 }), 'Choose 2 of “Sauces”.');
    assert.equal(describeMissing(groups, { SMALL: 1, MINT: 1 }), 'Choose 1 more of “Sauces”.');
    assert.equal(describeMissing(groups, { SMALL: 1, MINT: 2 }), null);
    assert.equal(describeMissing(groups, { SMALL: 1, MINT: 4 }), 'Choose at most 3 of “Sauces”.');
    const gone = buildGroup('Rice', 1, 1, [modifier('PILAU', { available: 0 })]);
    assert.equal(describeMissing([gone], {}), '“Rice” is sold out, so this cannot be ordered now.');
  });

  test('the range of a group is described without limits that cannot be reached', () => {
    assert.equal(describeRange(size), 'Required, choose 1');
    assert.equal(describeRange(sauces), 'Required, choose 2 to 3');
    assert.equal(describeRange({ ...sauces, max: 4 }), 'Required, choose 2 or more');
    assert.equal(describeRange({ ...sauces, min: 0 }), 'Optional, up to 3');
    assert.equal(describeRange({ ...sauces, min: 0, max: 50 }), 'Optional');
  });

  test('an earlier choice keeps only what is still offered', () => {
    const earlier = [
      { code: 'MINT', name: 'mint', quantity: 5 },
      { code: 'CHILLI', name: 'chilli', quantity: 1 },
      { code: 'GONE', name: 'gone', quantity: 1 },
    ];
    assert.deepEqual(readChosen([size, sauces], earlier), { MINT: 2 });
  });
});

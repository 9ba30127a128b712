import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  chooseModifiers,
  type Modifier,
  type ModifierGroup,
  type RequestedModifier,
} from '../../../../src/modules/catalog/index.ts';

const modifier = (code: string, rest: Partial<Modifier> = {}): Modifier => ({
  code,
  name: `Name of ${code}`,
  priceMinor: 50,
  quantityMax: 1,
  active: true,
  productId: null,
  ...rest,
});

const group = (id: string, min: number, max: number, modifiers: Modifier[]): ModifierGroup => ({
  id,
  name: `Name of ${id}`,
  min,
  max,
  modifiers,
});

const heat = group('heat', 1, 1, [modifier('MILD'), modifier('HOT', { priceMinor: 0 })]);
const extras = group('extras', 0, 3, [
  modifier('CHEESE', { quantityMax: 2, productId: 'cheese' }),
  modifier('OLIVES', { quantityMax: 3 }),
  modifier('TRUFFLE', { active: false }),
]);

const want = (code: string, quantity = 1): RequestedModifier => ({ code, quantity });

function refusal(groups: readonly ModifierGroup[], requested: readonly RequestedModifier[]) {
  const choice = chooseModifiers(groups, requested);
  assert.notEqual(choice.kind, 'chosen');
  return choice;
}

describe('choosing modifiers', () => {
  test('returns them as they are offered, in the order of the groups', () => {
    const choice = chooseModifiers([heat, extras], [want('CHEESE', 2), want('HOT')]);
    assert.deepEqual(choice, {
      kind: 'chosen',
      modifiers: [
        { code: 'HOT', name: 'Name of HOT', quantity: 1, unitPriceMinor: 0, productId: null },
        {
          code: 'CHEESE',
          name: 'Name of CHEESE',
          quantity: 2,
          unitPriceMinor: 50,
          productId: 'cheese',
        },
      ],
    });
  });

  test('accepts no modifiers where none are required', () => {
    for (const groups of [[], [extras]]) {
      assert.deepEqual(chooseModifiers(groups, []), { kind: 'chosen', modifiers: [] });
    }
  });

  test('refuses the first code that no group offers, even if a range is wrong too', () => {
    const unknown = { kind: 'unknown_modifier', index: 1 };
    assert.deepEqual(refusal([heat, extras], [want('CHEESE'), want('X'), want('Y')]), unknown);
    assert.deepEqual(refusal([], [want('CHEESE')]), { ...unknown, index: 0 });
  });

  test('refuses an inactive modifier as unknown', () => {
    assert.deepEqual(refusal([extras], [want('TRUFFLE')]), { kind: 'unknown_modifier', index: 0 });
  });

  test('refuses fewer units than the minimum, also if nothing is chosen', () => {
    assert.deepEqual(refusal([extras, heat], [want('CHEESE')]), {
      kind: 'modifiers_out_of_range',
      group: 'heat',
      min: 1,
      max: 1,
      index: null,
      detail: 'At least 1 of Name of heat.',
    });
    assert.equal(refusal([heat], []).kind, 'modifiers_out_of_range');
  });

  test('refuses more units than the maximum, and names the modifier that exceeds it', () => {
    const found = refusal([heat, extras], [want('OLIVES', 2), want('MILD'), want('CHEESE', 2)]);
    assert.deepEqual(found, {
      kind: 'modifiers_out_of_range',
      group: 'extras',
      min: 0,
      max: 3,
      index: 0,
      detail: 'At most 3 of Name of extras.',
    });
  });

  test('refuses more units of one modifier than its own maximum', () => {
    const found = refusal([extras], [want('CHEESE', 3)]);
    assert.deepEqual(found, {
      kind: 'modifiers_out_of_range',
      group: 'extras',
      min: 0,
      max: 3,
      index: 0,
      detail: 'At most 2 of Name of CHEESE.',
    });
  });
});

const groupsArbitrary: fc.Arbitrary<ModifierGroup[]> = fc
  .array(
    fc.record({
      min: fc.integer({ min: 0, max: 4 }),
      extent: fc.integer({ min: 0, max: 4 }),
      modifiers: fc.array(
        fc.record({ quantityMax: fc.integer({ min: 1, max: 3 }), active: fc.boolean() }),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 3 },
  )
  .map((groups) =>
    groups.map(({ min, extent, modifiers }, place) =>
      group(
        String(place),
        min,
        min + extent,
        modifiers.map((rest, index) => modifier(`${place}-${index}`, rest)),
      ),
    ),
  );

const requestedArbitrary = fc.uniqueArray(
  fc
    .tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([place, index, quantity]) => want(`${place}-${index}`, quantity)),
  { selector: ({ code }) => code, maxLength: 8 },
);

describe('any choice of modifiers', () => {
  test('is accepted exactly if every code is offered and every limit is kept', () => {
    fc.assert(
      fc.property(groupsArbitrary, requestedArbitrary, (groups, requested) => {
        const offered = groups.flatMap(({ modifiers }) => modifiers.filter(({ active }) => active));
        const limitOf = (code: string) => offered.find((one) => one.code === code)?.quantityMax;
        const unknown = requested.findIndex(({ code }) => limitOf(code) === undefined);
        const choice = chooseModifiers(groups, requested);
        if (unknown >= 0) {
          assert.deepEqual(choice, { kind: 'unknown_modifier', index: unknown });
          return;
        }
        const inRange =
          requested.every(({ code, quantity }) => quantity <= limitOf(code)!) &&
          groups.every(({ id, min, max }) => {
            const ofGroup = requested.filter(({ code }) => code.startsWith(`${id}-`));
            const units = ofGroup.reduce((sum, { quantity }) => sum + quantity, 0);
            return units >= min && units <= max;
          });
        assert.equal(choice.kind, inRange ? 'chosen' : 'modifiers_out_of_range');
        if (choice.kind !== 'chosen') return;
        const codes = offered.map(({ code }) => code);
        const expected = requested.toSorted(
          (left, right) => codes.indexOf(left.code) - codes.indexOf(right.code),
        );
        assert.deepEqual(
          choice.modifiers.map(({ code, quantity }) => ({ code, quantity })),
          expected,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('is decided independently of the order in which the request names it', () => {
    fc.assert(
      fc.property(groupsArbitrary, requestedArbitrary, (groups, requested) => {
        const forwards = chooseModifiers(groups, requested);
        const backwards = chooseModifiers(groups, requested.toReversed());
        assert.equal(backwards.kind, forwards.kind);
        if (forwards.kind === 'chosen') assert.deepEqual(backwards, forwards);
      }),
    );
  });
});

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

function refusals(groups: readonly ModifierGroup[], requested: readonly RequestedModifier[]) {
  const choice = chooseModifiers(groups, requested);
  assert.ok(choice.kind === 'refused_modifiers');
  return choice.refusals;
}

const outOfRange = (
  { id, min, max }: ModifierGroup,
  ...faults: readonly { index: number | null; detail: string }[]
) => ({ kind: 'modifiers_out_of_range', group: id, min, max, faults });

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

  test('refuses all codes that no group offers, inactive ones too, in the order of the request', () => {
    assert.deepEqual(refusals([extras], [want('X'), want('CHEESE'), want('TRUFFLE')]), [
      { kind: 'unknown_modifier', indexes: [0, 2] },
    ]);
    assert.deepEqual(refusals([], [want('CHEESE')]), [{ kind: 'unknown_modifier', indexes: [0] }]);
  });

  test('refuses fewer units than the minimum, also if nothing is chosen', () => {
    const expected = [outOfRange(heat, { index: null, detail: 'At least 1 of Name of heat.' })];
    assert.deepEqual(refusals([extras, heat], [want('CHEESE')]), expected);
    assert.deepEqual(refusals([heat], []), expected);
  });

  test('refuses more units than the maximum, and names the modifier that exceeds it', () => {
    const requested = [want('OLIVES', 2), want('MILD'), want('CHEESE', 2)];
    assert.deepEqual(refusals([heat, extras], requested), [
      outOfRange(extras, { index: 0, detail: 'At most 3 of Name of extras.' }),
    ]);
    // Once, even if others follow it.
    assert.deepEqual(
      refusals(
        [group('one', 0, 1, [...heat.modifiers, modifier('MAD')])],
        [want('MILD'), want('HOT'), want('MAD')],
      )[0],
      {
        ...outOfRange(heat, { index: 1, detail: 'At most 1 of Name of one.' }),
        group: 'one',
        min: 0,
      },
    );
  });

  test('refuses more units of one modifier than its own maximum', () => {
    assert.deepEqual(refusals([extras], [want('CHEESE', 3)]), [
      outOfRange(extras, { index: 0, detail: 'At most 2 of Name of CHEESE.' }),
    ]);
  });

  test('refuses everything at once: unknown codes first, then each group with all that is wrong in it', () => {
    const requested = [want('CHEESE', 3), want('X'), want('OLIVES', 4), want('Y')];
    assert.deepEqual(refusals([heat, extras], requested), [
      { kind: 'unknown_modifier', indexes: [1, 3] },
      outOfRange(heat, { index: null, detail: 'At least 1 of Name of heat.' }),
      outOfRange(
        extras,
        { index: 0, detail: 'At most 2 of Name of CHEESE.' },
        { index: 2, detail: 'At most 3 of Name of OLIVES.' },
        { index: 2, detail: 'At most 3 of Name of extras.' },
      ),
    ]);
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
        const unknown = [...requested.keys()].filter(
          (index) => limitOf(requested[index]!.code) === undefined,
        );
        const wrongGroups = groups.filter(({ id, min, max }) => {
          const ofGroup = requested.filter(
            ({ code }) => code.startsWith(`${id}-`) && limitOf(code) !== undefined,
          );
          const units = ofGroup.reduce((sum, { quantity }) => sum + quantity, 0);
          const isEachInRange = ofGroup.every(({ code, quantity }) => quantity <= limitOf(code)!);
          return !isEachInRange || units < min || units > max;
        });
        const choice = chooseModifiers(groups, requested);
        if (unknown.length > 0 || wrongGroups.length > 0) {
          assert.ok(choice.kind === 'refused_modifiers');
          const [first, ...others] = choice.refusals;
          const ranges = first.kind === 'unknown_modifier' ? others : choice.refusals;
          assert.deepEqual(first.kind === 'unknown_modifier' ? first.indexes : [], unknown);
          assert.deepEqual(
            ranges.map((one) => one.kind === 'modifiers_out_of_range' && one.group),
            wrongGroups.map(({ id }) => id),
          );
          return;
        }
        assert.ok(choice.kind === 'chosen');
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

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DiscountRule } from '../../../src/modules/pricing/rules.ts';
import { discountRefusalReasons } from '../../../src/modules/pricing/screen-discounts.ts';
import {
  allLines,
  amountOff,
  buildBill,
  buildCharge,
  buildDiscount,
  buildLine,
  buildRate,
  freeDelivery,
  type OrderOptions,
  percentOff,
} from './build-order.ts';

const now = new Date('2026-06-01T12:00:00Z');
const moments = (from: number) => new Date(now.getTime() + from);

function codeOf(name: string, effect = amountOff(100), discount: Partial<DiscountRule> = {}) {
  return buildDiscount(name, effect, { code: name, ...discount });
}

/** Returns the names of the discounts that apply, and the refused codes, for one line of 10.00. */
function choose(
  discounts: readonly DiscountRule[],
  options: OrderOptions = {},
  line = buildLine(1_000),
) {
  const codes = discounts.flatMap(({ code }) => code ?? []);
  const bill = buildBill([line], { discounts, codes, now, ...options });
  return {
    applied: bill.discounts.map(({ rule }) => rule.name),
    refused: Object.fromEntries(bill.refusedCodes.map(({ code, reason }) => [code, reason])),
    totalMinor: bill.totalMinor,
  };
}

function reasonFor(discount: Partial<DiscountRule>, options: OrderOptions = {}) {
  const { applied, refused } = choose([codeOf('CODE', amountOff(100), discount)], options);
  const reason = refused.CODE ?? null;
  assert.deepEqual(applied, reason === null ? ['CODE'] : []);
  return reason;
}

describe('a named code is refused', () => {
  const seen = new Set<string>();
  const expectReason = (reason: string | null, expected: string | null) => {
    assert.equal(reason, expected);
    if (expected !== null) seen.add(expected);
  };

  test('as unknown if there is no such discount', () => {
    const { refused, totalMinor } = choose([], { codes: ['NOPE'] });
    assert.equal(totalMinor, 1_000);
    expectReason(refused.NOPE!, 'unknown');
  });

  test('as inactive if it is switched off', () => {
    expectReason(reasonFor({ active: false }), 'inactive');
  });

  test('as not started before its start, which belongs to its time', () => {
    expectReason(reasonFor({ startsAt: moments(1) }), 'not_started');
    expectReason(reasonFor({ startsAt: now }), null);
  });

  test('as expired from its end, which does not belong to its time', () => {
    expectReason(reasonFor({ endsAt: now }), 'expired');
    expectReason(reasonFor({ endsAt: moments(1) }), null);
  });

  test('below its minimum, which looks at the subtotal before discounts', () => {
    expectReason(reasonFor({ minimumSubtotalMinor: 1_001 }), 'minimum');
    const half = buildDiscount('half', percentOff('50'));
    const code = codeOf('CODE', amountOff(1), { minimumSubtotalMinor: 1_000 });
    assert.deepEqual(choose([half, code]).applied, ['half', 'CODE']);
  });

  test('as used up if no use is left', () => {
    expectReason(reasonFor({ usesLeft: 0 }), 'used_up');
    expectReason(reasonFor({ usesLeft: 1 }), null);
  });

  test('as used by the customer if none of theirs is left', () => {
    expectReason(reasonFor({ customerUsesLeft: 0 }), 'used_by_customer');
    expectReason(reasonFor({ customerUsesLeft: 1, usesLeft: 1 }), null);
  });

  test('if it is for first orders and this is not one', () => {
    expectReason(reasonFor({ firstOrderOnly: true }, { isFirstOrder: false }), 'not_first_order');
    expectReason(reasonFor({ firstOrderOnly: true }, { isFirstOrder: true }), null);
  });

  test('as for accounts only if it depends on earlier orders, of which a guest has none', () => {
    const guest = { isFirstOrder: null };
    expectReason(reasonFor({ firstOrderOnly: true }, guest), 'account_required');
    expectReason(reasonFor({ customerUsesLeft: 1 }, guest), 'account_required');
    expectReason(reasonFor({ usesLeft: 1 }, guest), null);
  });

  test('if it matches no line', () => {
    const skus = amountOff(100, { kind: 'skus', skus: new Set(['NAAN']) });
    const drinks = percentOff('10', { kind: 'categories', categories: new Set(['drinks']) });
    expectReason(reasonFor({ effect: skus }), 'nothing_matches');
    expectReason(reasonFor({ effect: drinks }), 'nothing_matches');
    expectReason(reasonFor({ effect: amountOff(100, allLines) }), null);
    const line = buildLine(1_000, { sku: 'NAAN', category: 'drinks' });
    assert.deepEqual(choose([codeOf('A', skus), codeOf('B', drinks)], {}, line).applied, [
      'A',
      'B',
    ]);
  });

  test('as not combinable if others take its place', () => {
    const small = codeOf('SMALL', amountOff(100), { combines: false });
    const large = codeOf('LARGE', amountOff(200), { combines: false });
    const { applied, refused } = choose([small, large]);
    assert.deepEqual(applied, ['LARGE']);
    expectReason(refused.SMALL!, 'not_combinable');
  });

  test('for each reason that there is', () => {
    assert.deepEqual([...seen].sort(), [...discountRefusalReasons].sort());
  });

  test('each with its own reason, in the order in which the codes are named', () => {
    const discounts = [
      codeOf('OFF', amountOff(1), { active: false }),
      codeOf('FREE', freeDelivery),
    ];
    const bill = buildBill([buildLine(1_000)], { discounts, codes: ['FREE', 'NOPE', 'OFF'], now });
    assert.deepEqual(bill.refusedCodes, [
      { code: 'FREE', reason: 'nothing_matches' },
      { code: 'NOPE', reason: 'unknown' },
      { code: 'OFF', reason: 'inactive' },
    ]);
  });

  test('but an automatic discount that does not apply is not mentioned', () => {
    const automatic = buildDiscount('automatic', amountOff(100), { active: false });
    assert.deepEqual(choose([automatic]), { applied: [], refused: {}, totalMinor: 1_000 });
  });
});

describe('combining', () => {
  const alone = { combines: false };

  test('all that combine apply together', () => {
    const { applied, totalMinor } = choose([
      codeOf('A', percentOff('10')),
      buildDiscount('B', amountOff(100)),
      codeOf('C', percentOff('20', allLines)),
    ]);
    assert.deepEqual(applied, ['A', 'B', 'C']);
    assert.equal(totalMinor, 620); // 1000 - 200 - 80 - 100
  });

  test('one that does not combine applies if it takes more off than all that do', () => {
    const combining = [codeOf('A', amountOff(200)), codeOf('B', amountOff(200))];
    const single = (amountMinor: number) =>
      choose([...combining, codeOf('X', amountOff(amountMinor), alone)]);
    assert.deepEqual(single(399), {
      applied: ['A', 'B'],
      refused: { X: 'not_combinable' },
      totalMinor: 600,
    });
    assert.deepEqual(single(401), {
      applied: ['X'],
      refused: { A: 'not_combinable', B: 'not_combinable' },
      totalMinor: 599,
    });
  });

  test('two that do not combine never apply together, also with none that combines', () => {
    const { applied } = choose([
      codeOf('A', amountOff(100), alone),
      codeOf('B', amountOff(100), alone),
    ]);
    assert.deepEqual(applied, ['A']);
  });

  test('in a tie, the set with the older discount applies', () => {
    const old = codeOf('OLD', amountOff(300), alone);
    const pair = [codeOf('A', amountOff(100)), codeOf('B', amountOff(200))];
    assert.deepEqual(choose([old, ...pair]).applied, ['OLD']);
    assert.deepEqual(choose([pair[0]!, old, pair[1]!]).applied, ['A', 'B']);
    assert.deepEqual(choose([...pair, old]).applied, ['A', 'B']);
  });

  test('a named code is refused if an automatic discount takes more off, and replaces one that takes less', () => {
    const automatic = buildDiscount('automatic', amountOff(200), alone);
    assert.deepEqual(choose([automatic, codeOf('LESS', amountOff(199), alone)]), {
      applied: ['automatic'],
      refused: { LESS: 'not_combinable' },
      totalMinor: 800,
    });
    assert.deepEqual(choose([automatic, codeOf('MORE', amountOff(201), alone)]), {
      applied: ['MORE'],
      refused: {},
      totalMinor: 799,
    });
  });

  test('what counts is the total: with the charges and taxes that follow', () => {
    const charges = [buildCharge('delivery', 500, { freeFromMinor: 900, taxCategory: 'standard' })];
    const order = { charges, taxRates: [buildRate('20')], pricesIncludeTax: false };
    const off = codeOf('OFF', amountOff(150), alone);
    const lines = codeOf('LINES', amountOff(100, allLines), alone);
    // 850 and a delivery of 500, or 900 with none.
    assert.deepEqual(choose([off, lines], order), {
      applied: ['LINES'],
      refused: { OFF: 'not_combinable' },
      totalMinor: 1_080,
    });
    assert.deepEqual(
      choose([off, codeOf('FREE', freeDelivery, alone)], {
        ...order,
        charges: [buildCharge('delivery', 500)],
      }).applied,
      ['FREE'],
    );
  });

  describe('where a discount brings a charge back', () => {
    // 30.50 without a discount, 29.50 and a delivery of 3.50 with one of 1.00.
    const free = { charges: [buildCharge('delivery', 350, { freeFromMinor: 3_000 })] };
    const order = (discounts: readonly DiscountRule[], options: OrderOptions = free) =>
      choose(discounts, options, buildLine(3_050));
    const off = buildDiscount('off', amountOff(100));

    test('an automatic one does not apply if the order costs less without it, whether it combines or not', () => {
      for (const one of [off, { ...off, ...alone }]) {
        assert.deepEqual(order([one]), { applied: [], refused: {}, totalMinor: 3_050 });
      }
      const small = [buildCharge('small', 101, { kind: 'SMALL_ORDER', belowSubtotalMinor: 3_000 })];
      assert.deepEqual(order([off], { charges: small }).applied, []);
    });

    test('an automatic one applies if the order costs the same without it', () => {
      const charges = [buildCharge('delivery', 100, { freeFromMinor: 3_000 })];
      assert.deepEqual(order([off], { charges }), {
        applied: ['off'],
        refused: {},
        totalMinor: 3_050,
      });
    });

    test('a named one applies as the customer asked', () => {
      for (const one of [codeOf('OFF'), codeOf('OFF', amountOff(100), alone)]) {
        assert.deepEqual(order([one]), { applied: ['OFF'], refused: {}, totalMinor: 3_300 });
        assert.deepEqual(order([{ ...off, ...alone }, one]).applied, ['OFF']);
      }
    });

    test('one that combines is left out beside a named one that is better without it', () => {
      const cent = codeOf('CENT', amountOff(1));
      assert.deepEqual(order([off, cent]), { applied: ['CENT'], refused: {}, totalMinor: 3_049 });
      assert.deepEqual(order([off, codeOf('OFF')]).applied, ['off', 'OFF']);
    });
  });

  test('of two that free the delivery, the older one does, and the other is not combinable', () => {
    const discounts = [codeOf('A', freeDelivery), codeOf('B', freeDelivery)];
    const { applied, refused } = choose(discounts, { charges: [buildCharge('delivery', 250)] });
    assert.deepEqual(applied, ['A']);
    assert.deepEqual(refused, { B: 'not_combinable' });
  });

  test('free delivery without a delivery charge does not keep the others away', () => {
    const { applied, refused } = choose([
      codeOf('FREE', freeDelivery),
      codeOf('OFF', amountOff(100), alone),
    ]);
    assert.deepEqual(applied, ['OFF']);
    assert.deepEqual(refused, { FREE: 'nothing_matches' });
  });

  test('a discount that takes nothing off still applies, with a row of 0', () => {
    const bill = buildBill([buildLine(1_000)], {
      discounts: [
        codeOf('ALL', amountOff(1_000)),
        codeOf('REST', amountOff(5)),
        codeOf('ZERO', percentOff('0')),
      ],
      codes: ['ALL', 'REST', 'ZERO'],
    });
    assert.deepEqual(bill.refusedCodes, []);
    assert.deepEqual(
      bill.discounts.map(({ rule, amountMinor }) => [rule.name, amountMinor]),
      [
        ['ALL', 1_000],
        ['REST', 0],
        ['ZERO', 0],
      ],
    );
    assert.equal(bill.totalMinor, 0);
  });

  test('the tip decides nothing and is never discounted', () => {
    const all = codeOf('ALL', percentOff('100'));
    assert.equal(choose([all], { tipMinor: 250 }).totalMinor, 250);
  });
});

describe('the sequence of discounts', () => {
  test('lines before the order, percentages before amounts, whatever their age', () => {
    const discounts = [
      buildDiscount('order amount', amountOff(100)),
      buildDiscount('order percent', percentOff('10')),
      buildDiscount('line amount', amountOff(100, allLines)),
      buildDiscount('line percent', percentOff('50', allLines)),
    ];
    const bill = buildBill([buildLine(1_000)], { discounts });
    assert.deepEqual(
      bill.discounts.map(({ amountMinor }) => amountMinor),
      // 1000 - 500 = 500, - 100 = 400, - 40 = 360, - 100 = 260
      [100, 40, 100, 500],
    );
    assert.equal(bill.totalMinor, 260);
  });

  test('within a kind the older one first, each on what the ones before it left', () => {
    const first = buildDiscount('first', percentOff('50', allLines));
    const second = buildDiscount('second', percentOff('10', allLines));
    const amounts = (discounts: readonly DiscountRule[]) =>
      buildBill([buildLine(999)], { discounts }).discounts.map(({ amountMinor }) => amountMinor);
    assert.deepEqual(amounts([first, second]), [500, 50]); // 499.5, then 10 % of 499
    assert.deepEqual(amounts([second, first]), [100, 450]); // 99.9, then 50 % of 899
  });

  test('an amount of a line is taken from each unit, with its modifiers, and never more than is left', () => {
    const line = buildLine(300, { quantity: 3, modifiers: [{ quantity: 2, unitPriceMinor: 50 }] });
    const off = (amountMinor: number) =>
      buildBill([line], { discounts: [buildDiscount('off', amountOff(amountMinor, allLines))] })
        .totalMinor;
    assert.equal(off(100), 900);
    assert.equal(off(400), 0);
    assert.equal(off(401), 0);
  });

  test('a discount of the order is apportioned by largest remainder, in a tie to the earlier line', () => {
    const parts = (prices: readonly number[], amountMinor: number) =>
      buildBill(
        prices.map((price) => buildLine(price)),
        { discounts: [buildDiscount('off', amountOff(amountMinor))] },
      ).lines.map(({ discountMinor }) => discountMinor);
    assert.deepEqual(parts([100, 100, 100], 100), [34, 33, 33]);
    assert.deepEqual(parts([1, 1, 1], 2), [1, 1, 0]);
    assert.deepEqual(parts([10, 20, 30], 10), [2, 3, 5]); // 1.67, 3.33, 5
    assert.deepEqual(parts([0, 7], 5), [0, 5]);
    assert.deepEqual(parts([0, 0], 5), [0, 0]);
  });
});

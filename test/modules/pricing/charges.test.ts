import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findPrefixLength, preparePostalArea } from '../../../src/modules/pricing/postal-area.ts';
import type { ChargeRule, FulfilmentType } from '../../../src/modules/pricing/rules.ts';
import {
  amountOff,
  buildBill,
  buildCharge,
  buildDiscount,
  buildLine,
  buildRate,
  freeDelivery,
  percentOff,
} from './build-order.ts';

function matchesPostalCode(prefix: string, postalCode: string): boolean {
  return findPrefixLength(preparePostalArea([prefix]), postalCode) !== null;
}

function findNames(
  charges: readonly ChargeRule[],
  {
    subtotalMinor = 1_000,
    fulfilmentType = 'DELIVERY' as FulfilmentType,
    postalCode = null as string | null,
  } = {},
): readonly string[] {
  const bill = buildBill([buildLine(subtotalMinor)], {
    charges,
    destination: { fulfilmentType, postalCode },
  });
  return bill.charges.map(({ rule }) => rule.name);
}

describe('charges', () => {
  test('every kind of charge but delivery applies as often as it is set up, in the order of the rules', () => {
    const charges = [
      buildCharge('service', '12.5', { kind: 'SERVICE' }),
      buildCharge('box', 30, { kind: 'PACKAGING' }),
      buildCharge('delivery', 250),
      buildCharge('bag', 10, { kind: 'PACKAGING' }),
      buildCharge('small order', 150, { kind: 'SMALL_ORDER', belowSubtotalMinor: 1_500 }),
      buildCharge('cutlery', 0, { kind: 'PACKAGING' }),
    ];
    const bill = buildBill([buildLine(1_000)], { charges });
    assert.deepEqual(
      bill.charges.map(({ rule, amountMinor }) => [rule.name, amountMinor]),
      [
        ['service', 125],
        ['box', 30],
        ['delivery', 250],
        ['bag', 10],
        ['small order', 150],
        ['cutlery', 0],
      ],
    );
    assert.equal(bill.totalMinor, 1_565);
  });

  test('applies to its fulfilment types: a delivery charge to deliveries, the others to every type, unless they name some', () => {
    const charges = [
      buildCharge('delivery', 250),
      buildCharge('service', 100, { kind: 'SERVICE' }),
      buildCharge('table', 50, { kind: 'SERVICE', fulfilmentTypes: ['DINE_IN'] }),
      buildCharge('postage', 400, { fulfilmentTypes: ['SHIPMENT', 'PICKUP'] }),
    ];
    const names = (fulfilmentType: FulfilmentType) => findNames(charges, { fulfilmentType });
    assert.deepEqual(names('DELIVERY'), ['delivery', 'service']);
    assert.deepEqual(names('DINE_IN'), ['service', 'table']);
    assert.deepEqual(names('SHIPMENT'), ['service', 'postage']);
    assert.deepEqual(names('PICKUP'), ['service', 'postage']);
  });

  test('below a subtotal and free from a subtotal end exactly there', () => {
    const charges = [
      buildCharge('small order', 150, { kind: 'SMALL_ORDER', belowSubtotalMinor: 1_000 }),
      buildCharge('delivery', 250, { freeFromMinor: 2_000 }),
    ];
    const names = (subtotalMinor: number) => findNames(charges, { subtotalMinor });
    assert.deepEqual(names(999), ['small order', 'delivery']);
    assert.deepEqual(names(1_000), ['delivery']);
    assert.deepEqual(names(1_999), ['delivery']);
    assert.deepEqual(names(2_000), []);
  });

  test('thresholds and percentages look at the subtotal after discounts', () => {
    const charges = [
      buildCharge('small order', 150, { kind: 'SMALL_ORDER', belowSubtotalMinor: 2_000 }),
      buildCharge('delivery', 250, { freeFromMinor: 2_000 }),
      buildCharge('service', '10', { kind: 'SERVICE' }),
    ];
    const discounts = [buildDiscount('1 off', amountOff(1), { code: 'OFF' })];
    assert.deepEqual(findNames(charges, { subtotalMinor: 2_000 }), ['service']);
    const bill = buildBill([buildLine(2_000)], { charges, discounts, codes: ['OFF'] });
    assert.deepEqual(
      bill.charges.map(({ rule, amountMinor }) => [rule.name, amountMinor]),
      [
        ['small order', 150],
        ['delivery', 250],
        ['service', 200], // 199.9
      ],
    );
  });

  test('a percentage is rounded half up, with four decimals', () => {
    const service = (percent: string, subtotalMinor: number) =>
      buildBill([buildLine(subtotalMinor)], {
        charges: [buildCharge('service', percent, { kind: 'SERVICE' })],
      }).charges[0]!.amountMinor;
    assert.equal(service('12.5', 100), 13);
    assert.equal(service('12.4999', 100), 12);
    assert.equal(service('0.0001', 500_000), 1);
    assert.equal(service('0.0001', 499_999), 0);
    assert.equal(service('100', 7), 7);
  });
});

describe('the delivery charge', () => {
  const near = buildCharge('near', 100, { postalArea: preparePostalArea(['YO21 3', 'yo22']) });
  const town = buildCharge('town', 200, { postalArea: preparePostalArea(['YO21']) });
  const county = buildCharge('county', 300, { postalArea: preparePostalArea(['YO', 'TS']) });
  const elsewhere = buildCharge('elsewhere', 900);
  const charges = [elsewhere, county, town, near];
  const names = (postalCode: string | null, rules = charges) => findNames(rules, { postalCode });

  test('is the one with the longest matching prefix, else the one without postal codes', () => {
    assert.deepEqual(names('YO21 3PU'), ['near']);
    assert.deepEqual(names('YO22 4AB'), ['near']);
    assert.deepEqual(names('YO21 1AA'), ['town']);
    assert.deepEqual(names('YO1 7HH'), ['county']);
    assert.deepEqual(names('TS1 2AZ'), ['county']);
    assert.deepEqual(names('75001'), ['elsewhere']);
    assert.deepEqual(names(null), ['elsewhere']);
  });

  test('is searched for once, however many discounts there are to choose from', () => {
    let searches = 0;
    const zone: ChargeRule = {
      ...near,
      get postalArea() {
        searches += 1;
        return near.postalArea;
      },
    };
    const discounts = Array.from({ length: 50 }, (_, index) =>
      buildDiscount(`discount-${index}`, amountOff(index + 1), { combines: false }),
    );
    const bill = buildBill([buildLine(1_000)], {
      charges: [zone],
      discounts,
      destination: { fulfilmentType: 'DELIVERY', postalCode: 'YO21 3PU' },
    });
    assert.equal(bill.totalMinor, 1_050);
    assert.equal(searches, 1);
  });

  test('is none where no charge covers the postal code', () => {
    assert.deepEqual(names('75001', [near, town]), []);
    assert.deepEqual(names(null, [near, town]), []);
  });

  test('does not depend on the order in which the charges were created', () => {
    assert.deepEqual(names('YO21 3PU', [near, town, county, elsewhere]), ['near']);
  });

  test('is the older one of two with an equally long prefix', () => {
    const later = buildCharge('later', 1, { postalArea: preparePostalArea(['YO2']) });
    const twin = buildCharge('twin', 1, { postalArea: preparePostalArea(['yo 2', 'YO2']) });
    assert.deepEqual(names('YO21 1AA', [twin, later]), ['twin']);
    assert.deepEqual(names('YO21 1AA', [later, twin]), ['later']);
    const tight = buildCharge('tight', 1, { postalArea: preparePostalArea(['YO213']) });
    assert.deepEqual(names('YO21 3PU', [tight, near]), ['tight'], 'a blank makes none longer');
  });

  test('the zone is decided first: a zone that delivers free of charge does not fall back to a wider one', () => {
    const free = buildCharge('free zone', 100, {
      postalArea: preparePostalArea(['YO21']),
      freeFromMinor: 500,
    });
    assert.deepEqual(names('YO21 3PU', [elsewhere, county, free]), []);
  });

  test('within a zone, the first charge whose thresholds fit applies', () => {
    const zone = { postalArea: preparePostalArea(['YO21']) };
    const tiers = [
      buildCharge('small', 500, { ...zone, belowSubtotalMinor: 1_000 }),
      buildCharge('medium', 300, { ...zone, belowSubtotalMinor: 3_000 }),
      buildCharge('large', 100, { ...zone, freeFromMinor: 5_000 }),
    ];
    const tier = (subtotalMinor: number) =>
      findNames(tiers, { subtotalMinor, postalCode: 'YO21 3PU' });
    assert.deepEqual([999, 1_000, 2_999, 3_000, 4_999, 5_000].map(tier), [
      ['small'],
      ['medium'],
      ['medium'],
      ['large'],
      ['large'],
      [],
    ]);
  });

  test('a charge for another fulfilment type takes no delivery away', () => {
    const postage = buildCharge('postage', 1, {
      fulfilmentTypes: ['SHIPMENT'],
      postalArea: preparePostalArea(['YO21 3']),
    });
    assert.deepEqual(names('YO21 3PU', [postage, town]), ['town']);
  });

  test('does not depend on how postal codes and prefixes are written', () => {
    const british = ['YO21 3PU', 'yo21 3pu', 'YO213PU', ' yo213pu ', 'Yo21  3pu', 'YO21-3PU'];
    for (const code of british) {
      for (const prefix of [
        'Y',
        'yo',
        'YO2',
        'yo21',
        'YO21 3',
        ' yo21 3p',
        'YO213',
        'YO213PU',
        'YO21 3PU',
      ]) {
        assert.equal(matchesPostalCode(prefix, code), true, `${prefix} of ${code}`);
      }
      for (const prefix of [
        'YO22',
        'YO2 1',
        'YO2 3',
        'YO2 13',
        'YO21 4',
        'O21',
        'YO213PX',
        'YO21 3PUX',
        '3PU',
      ]) {
        assert.equal(matchesPostalCode(prefix, code), false, `${prefix} of ${code}`);
      }
    }
    const others: readonly (readonly [prefix: string, code: string])[] = [
      ['75', '75001'],
      ['75001', '75001'],
      ['1234 A', '1234ab'],
      ['1234a', '1234 AB'],
      ['00-9', '00950'],
      ['K1A0', 'k1a 0b1'],
      ['D02 X', 'D02X285'],
      ['10001', '10001-1234'],
    ];
    for (const [prefix, code] of others)
      assert.ok(matchesPostalCode(prefix, code), `${prefix} of ${code}`);
    assert.equal(matchesPostalCode('75002', '75001'), false);
    assert.equal(matchesPostalCode('750011', '75001'), false);
  });

  test('a British district is not mistaken for the sector of a shorter one', () => {
    assert.equal(matchesPostalCode('E14', 'E1 4AB'), false);
    assert.equal(matchesPostalCode('E14', 'E14AB'), false);
    assert.equal(matchesPostalCode('E14', 'E14 5AB'), true);
    assert.equal(matchesPostalCode('E1 4', 'E14AB'), true);
    assert.equal(matchesPostalCode('W1A', 'w1a 1aa'), true);
    assert.equal(matchesPostalCode('EC1A 1', 'ec1a1bb'), true);
  });
});

describe('free delivery', () => {
  const charges = [
    buildCharge('delivery', 250, { taxCategory: 'standard' }),
    buildCharge('service', '10', { kind: 'SERVICE', taxCategory: 'standard' }),
  ];
  const taxRates = [buildRate('20')];
  const discounts = [buildDiscount('free', freeDelivery, { code: 'FREE' })];

  for (const pricesIncludeTax of [true, false]) {
    test(`the charge keeps its amount, the discount has the same, and its tax is 0; prices ${pricesIncludeTax ? 'with' : 'without'} tax`, () => {
      const bill = buildBill([buildLine(1_000)], {
        charges,
        taxRates,
        discounts,
        codes: ['FREE'],
        pricesIncludeTax,
      });
      assert.deepEqual(bill.refusedCodes, []);
      assert.deepEqual(
        bill.discounts.map(({ rule, amountMinor }) => [rule.name, amountMinor]),
        [['free', 250]],
      );
      assert.deepEqual(
        bill.charges.map(({ rule, amountMinor, taxMinor }) => [rule.name, amountMinor, taxMinor]),
        [
          ['delivery', 250, 0],
          ['service', 100, pricesIncludeTax ? 16 : 20],
        ],
      );
      assert.deepEqual(
        bill.taxes.map(({ baseMinor, amountMinor }) => [baseMinor, amountMinor]),
        [[1_100, pricesIncludeTax ? 183 : 220]],
      );
      assert.equal(bill.totalMinor, pricesIncludeTax ? 1_100 : 1_320);
      assert.equal(bill.lines[0]!.discountMinor, 0);
    });
  }

  test('matches nothing in an order without a delivery charge', () => {
    const pickup = { fulfilmentType: 'PICKUP' as const, postalCode: null };
    const order = { charges, discounts, codes: ['FREE'] };
    const refused = [{ code: 'FREE', reason: 'nothing_matches' }];
    for (const options of [
      { ...order, destination: pickup },
      { ...order, charges: [] },
    ]) {
      const bill = buildBill([buildLine(1_000)], options);
      assert.deepEqual(bill.discounts, []);
      assert.deepEqual(bill.refusedCodes, refused);
    }
  });

  test('applies to a delivery that costs 0', () => {
    const bill = buildBill([buildLine(1_000)], {
      charges: [buildCharge('delivery', 0)],
      discounts,
    });
    assert.deepEqual(
      bill.discounts.map(({ amountMinor }) => amountMinor),
      [0],
    );
  });

  test('is decided after the other discounts: what makes delivery due or free is the discounted subtotal', () => {
    const due = [buildCharge('delivery', 250, { freeFromMinor: 1_000 })];
    const off = buildDiscount('1 % off', percentOff('1'));
    const bill = buildBill([buildLine(1_000)], { charges: due, discounts: [...discounts, off] });
    assert.deepEqual(
      bill.discounts.map(({ rule, amountMinor }) => [rule.name, amountMinor]),
      [
        ['free', 250],
        ['1 % off', 10],
      ],
    );
    assert.equal(bill.totalMinor, 990);
  });
});

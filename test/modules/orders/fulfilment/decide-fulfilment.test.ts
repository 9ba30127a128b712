import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decideFulfilment } from '../../../../src/modules/orders/placement/decide-fulfilment.ts';
import type { PriceList } from '../../../../src/modules/orders/placement/price-list.ts';
import { fulfilmentTypes } from '../../../../src/modules/pricing/index.ts';
import { preparePostalArea } from '../../../../src/modules/pricing/postal-area.ts';
import type { ChargeRule } from '../../../../src/modules/pricing/rules.ts';
import {
  createSlotBook,
  type ShopSettings,
  type SlotCount,
} from '../../../../src/modules/scheduling/index.ts';
import { buildShop, everyDay } from '../../scheduling/build-shop.ts';

/** A Sunday. */
const now = new Date('2026-11-29T18:00:00.000Z');
const tomorrow = (time: string) => `2026-11-30T${time}:00.000Z`;

const address = {
  line1: '12 Sea Road',
  line2: null,
  city: 'Whitby',
  region: null,
  postalCode: 'YO21 3PU',
  country: 'GB',
};

type Stated = Parameters<typeof decideFulfilment>[0];

interface Situation {
  readonly shop?: Partial<ShopSettings>;
  readonly charges?: readonly ChargeRule[];
  readonly counts?: readonly SlotCount[];
  readonly override?: boolean;
}

function decide(
  stated: Stated,
  { shop: settings, charges = [], counts = [], override = false }: Situation = {},
) {
  const shop = buildShop({ fulfilmentTypes, ...settings });
  const list = { shop, charges } as unknown as PriceList;
  const within = { start: now, end: new Date(now.getTime() + 100 * 86_400_000) };
  const book = createSlotBook(shop, now, { counts, within, starts: [] });
  const decision = decideFulfilment(stated, override, { list, now }, book);
  return { ...decision, kinds: decision.refusals.map(({ kind }) => kind) };
}

const deliverTo = (...prefixes: string[]): ChargeRule =>
  ({
    kind: 'DELIVERY',
    fulfilmentTypes: null,
    postalArea: preparePostalArea(prefixes),
  }) as unknown as ChargeRule;

/** What is wrong, with what is refused for it, in the order in which placements report it. */
const faults = [
  ['shop_paused', { acceptingOrders: false }],
  ['type_not_offered', { fulfilmentTypes: ['PICKUP'] }],
  ['shop_closed', { openingHours: {} }],
  ['out_of_area', {}],
] as const;

describe('refusals', () => {
  test('are those of every fault, in one order, and an override passes closed and paused only', () => {
    fc.assert(
      fc.property(fc.subarray([...faults]), fc.boolean(), (chosen, override) => {
        const shop = Object.assign({}, ...chosen.map(([, settings]) => settings));
        const kinds = chosen.map(([kind]) => kind);
        const charges = [deliverTo(kinds.includes('out_of_area') ? 'E1' : 'YO21')];
        const passed = override ? ['shop_paused', 'shop_closed'] : [];
        const expected = kinds.filter((kind) => !passed.includes(kind));
        const decision = decide({ type: 'DELIVERY', address }, { shop, charges, override });
        assert.deepEqual(decision.kinds, expected);
      }),
    );
  });

  test('of a time come before those of the area, and name when else', () => {
    const shop = { openingHours: everyDay(['10:00', '12:00']), slotMinutes: 60, slotOrdersMax: 1 };
    const full = new Date(tomorrow('10:00'));
    const charges = [deliverTo('E1')];
    const counts = [{ startAt: full, places: 1 }];
    for (const [time, kind] of [
      ['10:00', 'slot_full'],
      ['09:00', 'time_not_available'],
    ] as const) {
      const stated = { type: 'DELIVERY', address, requestedFor: tomorrow(time) } as const;
      const { kinds, refusals } = decide(stated, { shop, charges, counts });
      assert.deepEqual(kinds, [kind, 'out_of_area']);
      const [first] = refusals;
      assert.ok(first !== undefined && 'nextTimes' in first);
      assert.equal(first.nextTimes.length, 6);
      assert.equal(first.nextTimes[0]?.toISOString(), tomorrow('11:00'));
    }
  });
});

describe('an order without a type', () => {
  test('has the first one that the shop offers, with its refusals', () => {
    for (const type of fulfilmentTypes) {
      const others = fulfilmentTypes.filter((other) => other !== type);
      const decision = decide(null, { shop: { fulfilmentTypes: [type, ...others] } });
      assert.deepEqual(decision.fulfilment, { type });
      const needs = { DELIVERY: 'address', SHIPMENT: 'address', DINE_IN: 'table', PICKUP: null }[
        type
      ];
      assert.deepEqual(decision.kinds, needs === null ? [] : ['missing_details']);
      const [refusal] = decision.refusals;
      if (refusal?.kind !== 'missing_details') continue;
      assert.deepEqual(
        refusal.errors.map(({ pointer }) => pointer),
        [`/fulfilment/${needs}`],
      );
    }
  });

  test('that lacks an address is not also outside the area', () => {
    const shop = { fulfilmentTypes: ['DELIVERY'] as const };
    assert.deepEqual(decide(null, { shop, charges: [deliverTo('E1')] }).kinds, ['missing_details']);
  });
});

describe('what is promised', () => {
  const anyShop = fc.record({
    leadMinutes: fc.nat(1440),
    slotMinutes: fc.constantFrom(0, 15, 60, 240),
    slotOrdersMax: fc.constantFrom(0, 1, 3),
    horizonDays: fc.nat(10),
    openingHours: fc.constantFrom(null, everyDay(['17:00', '23:00']), everyDay(['22:00', '04:00'])),
    acceptingOrders: fc.boolean(),
  });
  const anyStated = fc.record({
    type: fc.constantFrom(...fulfilmentTypes),
    minutes: fc.option(fc.integer({ min: -2_000, max: 20_000 })),
  });
  const anyCounts = fc.array(fc.record({ quarters: fc.nat(900), places: fc.nat(4) }), {
    maxLength: 60,
  });

  test('is not before the lead time, open, within the horizon and in a free slot, or it is refused', () => {
    let promised = 0;
    fc.assert(
      fc.property(anyShop, anyStated, anyCounts, fc.boolean(), (shop, given, taken, override) => {
        const { type, minutes } = given;
        const isTimed = type !== 'SHIPMENT';
        const requestedFor =
          minutes === null || !isTimed
            ? null
            : new Date(now.getTime() + minutes * 60_000).toISOString();
        const details = {
          ...(type === 'DELIVERY' || type === 'SHIPMENT' ? { address } : {}),
          ...(type === 'DINE_IN' ? { table: '1' } : {}),
        };
        const quarter = (count: number) => new Date(now.getTime() + count * 15 * 60_000);
        const counts = taken.map(({ quarters, places }) => ({
          startAt: quarter(quarters),
          places,
        }));
        const stated = { type, requestedFor, ...details };
        const { kinds, promisedFor, slotStart } = decide(stated, { shop, counts, override });
        assert.ok(!override || !kinds.includes('shop_paused'));
        assert.ok(!override || !kinds.includes('shop_closed'));
        if (kinds.length > 0) return;
        assert.ok(shop.acceptingOrders || override);
        assert.equal(promisedFor === null, !isTimed);
        if (promisedFor === null) return;
        promised += 1;
        if (requestedFor !== null) assert.equal(promisedFor.toISOString(), requestedFor);
        if (slotStart !== null) {
          assert.deepEqual(slotStart, promisedFor);
          const places = counts.findLast(({ startAt }) => Number(startAt) === Number(slotStart));
          assert.ok(shop.slotOrdersMax === 0 || (places?.places ?? 0) < shop.slotOrdersMax);
        }
        if (override) return;
        assert.ok(Number(promisedFor) - Number(now) >= shop.leadMinutes * 60_000);
        assert.equal(slotStart !== null, shop.slotMinutes > 0);
      }),
      { numRuns: 500 },
    );
    assert.ok(promised > 50, String(promised));
  });
});

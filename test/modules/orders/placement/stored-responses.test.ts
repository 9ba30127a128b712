import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { orderStatuses, paymentStatuses } from '../../../../src/modules/orders/order.ts';
import {
  compressResponses,
  DICTIONARY,
  expandResponses,
} from '../../../../src/modules/orders/placement/stored-responses.ts';
import { presentOrder } from '../../../../src/modules/orders/reading/present-order.ts';
import { LINES_MAX } from '../../../../src/shared/money.ts';

const text = fc.string({ unit: 'binary', maxLength: 100 });
const amount = fc.nat();
const time = fc.date({ noInvalidDate: true });

const response = fc
  .record({
    order: fc.record({
      id: fc.uuid({ version: 7 }),
      number: fc.nat().map(String),
      customerId: fc.uuid({ version: 7 }),
      status: fc.constantFrom(...orderStatuses),
      paymentStatus: fc.constantFrom(...paymentStatuses),
      version: fc.integer({ min: 1, max: 2 }),
      vip: fc.boolean(),
      totalMinor: amount,
      currency: fc.constantFrom('GBP', 'EUR', 'JPY'),
      note: fc.option(text),
      shippingAddress: fc.option(text),
      bill: fc.constant(null),
      fulfilment: fc.constant(null),
      promisedFor: fc.constant(null),
      cancelReason: fc.constant(null),
      failureCode: fc.constant(null),
      failureDetail: fc.constant(null),
      expiresAt: fc.option(time),
      createdAt: time,
      updatedAt: time,
    }),
    lines: fc.array(
      fc.record({
        productId: fc.uuid({ version: 7 }),
        sku: text,
        name: text,
        quantity: amount,
        unitPriceMinor: amount,
        totalMinor: amount,
        basePriceMinor: amount,
        modifiers: fc.constant([]),
        note: fc.option(text),
        discountMinor: fc.constant(0),
        taxMinor: fc.constant(0),
      }),
      { minLength: 1, maxLength: LINES_MAX },
    ),
    customer: fc.record({
      id: fc.uuid(),
      email: fc.option(text),
      name: text,
      phone: fc.option(text),
      guest: fc.boolean(),
    }),
    caller: fc.constantFrom(
      { kind: 'user', id: '', role: 'customer', vip: false, familyId: '' } as const,
      { kind: 'user', id: '', role: 'admin', vip: false, familyId: '' } as const,
      { kind: 'api_key', id: '', scopes: ['orders:write'] } as const,
    ),
  })
  .map(({ order, lines, customer, caller }) =>
    JSON.stringify(presentOrder(order, lines, customer, caller)),
  );

const first =
  '{"id":"019a5f3c-1d2e-7a4b-8c5d-6e7f8091a2b3","number":"100042","status":"PENDING","paymentStatus":"UNPAID","version":1,"customerId":"019a5f3c-0b1c-7d2e-9f30-415263748596","vip":false,"items":[{"sku":"PILAU-RICE","productId":"019a5f3b-aa11-7bb2-8cc3-dd44ee55ff66","name":"Pilau rice","quantity":2,"unitPrice":{"amount":295,"currency":"GBP"},"total":{"amount":590,"currency":"GBP"}}],"total":{"amount":590,"currency":"GBP"},"note":null,"shippingAddress":null,"expiresAt":"2026-11-29T10:32:07.123Z","createdAt":"2026-11-29T10:02:07.123Z","updatedAt":"2026-11-29T10:02:07.123Z","cancelReason":null,"failure":null,"allowedTransitions":["CANCELLED"]}';

const second =
  '{"id":"019a5f3c-1d2e-7a4b-8c5d-6e7f8091a2b3","number":"100042","status":"PENDING","paymentStatus":"UNPAID","version":1,"customerId":"019a5f3c-0b1c-7d2e-9f30-415263748596","vip":false,"items":[{"line":1,"sku":"PILAU-RICE","productId":"019a5f3b-aa11-7bb2-8cc3-dd44ee55ff66","name":"Pilau rice","quantity":2,"unitPrice":{"amount":295,"currency":"GBP"},"total":{"amount":590,"currency":"GBP"},"modifiers":[],"note":null,"basePrice":{"amount":295,"currency":"GBP"},"discount":{"amount":0,"currency":"GBP"},"tax":{"amount":0,"currency":"GBP"},"charged":{"amount":590,"currency":"GBP"}}],"total":{"amount":590,"currency":"GBP"},"bill":{"subtotal":{"amount":590,"currency":"GBP"},"pricesIncludeTax":true,"discounts":[],"charges":[],"taxes":[],"tip":{"amount":0,"currency":"GBP"},"total":{"amount":590,"currency":"GBP"}},"note":null,"fulfilment":{"type":"PICKUP","address":null},"shippingAddress":null,"expiresAt":"2026-11-29T10:32:07.123Z","createdAt":"2026-11-29T10:02:07.123Z","updatedAt":"2026-11-29T10:02:07.123Z","cancelReason":null,"failure":null,"allowedTransitions":["CANCELLED"]}';

const typical = JSON.stringify(
  presentOrder(
    {
      id: '019a5f3c-1d2e-7a4b-8c5d-6e7f8091a2b3',
      number: '100042',
      customerId: '019a5f3c-0b1c-7d2e-9f30-415263748596',
      status: 'PENDING',
      paymentStatus: 'UNPAID',
      version: 1,
      vip: false,
      totalMinor: 590,
      currency: 'GBP',
      bill: null,
      note: null,
      fulfilment: null,
      promisedFor: null,
      shippingAddress: null,
      cancelReason: null,
      failureCode: null,
      failureDetail: null,
      expiresAt: new Date('2026-11-29T10:32:07.123Z'),
      createdAt: new Date('2026-11-29T10:02:07.123Z'),
      updatedAt: new Date('2026-11-29T10:02:07.123Z'),
    },
    [
      {
        productId: '019a5f3b-aa11-7bb2-8cc3-dd44ee55ff66',
        sku: 'PILAU-RICE',
        name: 'Pilau rice',
        quantity: 2,
        unitPriceMinor: 295,
        totalMinor: 590,
        basePriceMinor: 295,
        modifiers: [],
        note: null,
        discountMinor: 0,
        taxMinor: 0,
      },
    ],
    null,
    { kind: 'user', id: '', role: 'customer', vip: false, familyId: '' },
  ),
);

describe('stored responses', () => {
  test('are the same texts after expansion, whatever an order contains', () => {
    fc.assert(
      fc.property(fc.array(response, { minLength: 1, maxLength: 10 }), (bodies) => {
        assert.deepEqual(expandResponses(compressResponses(bodies), DICTIONARY), bodies);
      }),
      { numRuns: 50 },
    );
  });

  test('of older versions are still read, because a dictionary never changes', () => {
    const stored: readonly [dictionary: number, body: string, compressed: string][] = [
      [
        1,
        first,
        'rdI9CsJAEIbhq3iBkZnZnf1JJ2IRsAiiB9hfEGxzf4kWiUYxSPqXma94Rm1BqkpAmQvYoCO4JBlMsdWhp8BRvXFEzSuKfH7HSAnsMMFXhaBJ2CirnXjzg2zXHncXOLX7w5zOcDtCCERgY2RwKSnIWetSRGo1ZrTVXW+h3zwwLVHGXhZBE48LrX0s/+DGBoiA/ZmwUdyg3RKrubpphtPsFd/XbBWDdw==',
      ],
      [
        2,
        second,
        'xdRLCsJADAbgq3iByCQzmYc7ERcFF0X0APPogODW+0t9YLVTqVJx/4c/i+R7sOY5ywiYqAHjVQAbOYFuTLbCoacgX9wTiiak79ouAkYw7QouSwEKmbQ0yrLTY22sq81yD9tqte6/eFsSwHtEMCEQ2BglpKRU0zDnrNuSmwH14ehPs8svjtGAHPePqnB57IoX+qkJA3X3n+neerHvSxaK2xdlKCbf4zAw8g8fiqv8ngjSgAjkdigWkhbCzJFkX4puTHRjz2AMxiZx4ww=',
      ],
    ];
    for (const [dictionary, body, compressed] of stored) {
      assert.deepEqual(expandResponses(Buffer.from(compressed, 'base64'), dictionary), [body]);
    }
  });

  test('need less than a fifth of their length, even one alone', () => {
    assert.ok(compressResponses([typical]).length < typical.length / 5);
  });
});

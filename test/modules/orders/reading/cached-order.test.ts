import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Order,
  type OrderLine,
  orderStatuses,
  paymentStatuses,
} from '../../../../src/modules/orders/order.ts';
import {
  cacheCustomer,
  cacheOrder,
  measureText,
  showOrder,
} from '../../../../src/modules/orders/reading/cached-order.ts';
import {
  buildOrderState,
  buildOrderView,
} from '../../../../src/modules/orders/reading/present-order.ts';
import type { Caller } from '../../../../src/shared/caller.ts';
import { apiKey } from '../../../support/shop.ts';

const customer = {
  id: 'c1',
  email: 'ada@example.com',
  name: 'Ada "die Gräfin" 🍋',
  phone: null,
  guest: false,
};
const line: OrderLine = {
  productId: 'p1',
  sku: 'A',
  name: 'Wasserkocher für 1 €\u2028',
  quantity: 2,
  unitPriceMinor: 100,
  totalMinor: 200,
  basePriceMinor: 100,
  modifiers: [],
  note: null,
  discountMinor: 0,
  taxMinor: 0,
};

function buildOrder(changes: Partial<Order>): Order {
  return {
    id: 'o1',
    number: '1001',
    customerId: customer.id,
    status: 'PENDING',
    paymentStatus: 'UNPAID',
    version: 3,
    vip: false,
    totalMinor: 200,
    currency: 'GBP',
    bill: null,
    note: '} 🍋 \\ "',
    fulfilment: null,
    promisedFor: null,
    shippingAddress: null,
    cancelReason: null,
    failureCode: null,
    failureDetail: null,
    expiresAt: null,
    createdAt: new Date(0),
    updatedAt: new Date(1),
    ...changes,
  };
}

const callers: Caller[] = [
  ...(['customer', 'kitchen', 'admin'] as const).map((role) => ({
    kind: 'user' as const,
    id: role === 'customer' ? customer.id : 'u1',
    role,
    vip: false,
    familyId: 'f1',
  })),
  apiKey('orders:read'),
  apiKey('orders:read', 'orders:write'),
];

test('a cached order is shown to every caller with the same bytes as its view', () => {
  for (const status of orderStatuses) {
    for (const paymentStatus of paymentStatuses) {
      const state = buildOrderState(buildOrder({ status, paymentStatus }), [line]);
      const cached = cacheOrder(state, false);
      for (const caller of callers) {
        for (const shownCustomer of [customer, null]) {
          const known = shownCustomer === null ? null : cacheCustomer(shownCustomer);
          const shown = showOrder(cached, caller, known);
          const text = JSON.stringify(buildOrderView(caller, state, shownCustomer));
          assert.equal(shown.text, text);
          assert.equal(shown.bytes, Buffer.byteLength(text));
          assert.equal(shown.version, 3);
        }
      }
    }
  }
});

test('no reader can change a cached order or customer', () => {
  const cached = cacheOrder(buildOrderState(buildOrder({}), [line]), false);
  assert.throws(() => Object.assign(cached, { text: '' }), TypeError);
  assert.throws(() => Object.assign(cacheCustomer(customer), { name: '' }), TypeError);
});

test('a cached order survives a cache outside this process', () => {
  const cached = cacheOrder(buildOrderState(buildOrder({}), [line]), false);
  assert.deepEqual(JSON.parse(JSON.stringify(cached)), cached);
});

test('a text with a character outside Latin-1 is counted with two bytes for each character', () => {
  const measure = (text: string) => measureText({ text, bytes: Buffer.byteLength(text) });
  assert.deepEqual(['kettle', 'für', 'ł und für', '🍋'].map(measure), [6, 3, 18, 4]);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  buildOrderBody,
  buildQuoteBody,
  findMissing,
  type OrderDraft,
  startDraft,
} from '../../web/console/ordering/draft.ts';
import { addLine } from '../../web/console/ordering/lines.ts';
import { isOverridable, listProposedTimes } from '../../web/console/ordering/refusals.ts';
import type { Product } from '../../web/shared/choices.ts';

const pie = { sku: 'PIE', name: 'Pie' } as Product;
const plain = { quantity: 1, modifiers: [], note: '' };
const total = { amount: 500, currency: 'GBP' };

function draftOf(change: Partial<OrderDraft> = {}): OrderDraft {
  return { ...startDraft('PICKUP', 'GB'), lines: addLine([], pie, plain), ...change };
}

describe('an order that staff take', () => {
  test('contains only what was entered, without the blanks around it', () => {
    const draft = draftOf({ name: ' Ada ', phone: '+44 20 7946 0018', email: ' ' });
    assert.deepEqual(buildOrderBody(draft, false, total), {
      items: [{ sku: 'PIE', quantity: 1, modifiers: [] }],
      fulfilment: { type: 'PICKUP', requestedFor: null },
      guest: { name: 'Ada', phone: '+44 20 7946 0018' },
      expectedTotal: total,
    });
  });

  test('is quoted without personal data, and for the account that it is for', () => {
    const account = { id: '0198', email: 'vera@shop.example', name: 'Vera' };
    const draft = draftOf({ isGuest: false, account, name: 'Carl', phone: '+44 20 7946 0018' });
    assert.equal(buildQuoteBody(draft).customerId, '0198');
    assert.equal(JSON.stringify(buildQuoteBody(draft)).includes('Carl'), false);
    const body = buildOrderBody(draft, false, total);
    assert.deepEqual(body.fulfilment?.contact, { name: 'Carl', phone: '+44 20 7946 0018' });
    assert.equal('guest' in body, false);
  });

  test('names an address, a table and a time only where the type has them', () => {
    const address = { ...draftOf().address, line1: '12 Sea Road', city: 'Whitby' };
    const details = { address, table: '7', requestedFor: '2026-12-01T18:30:00.000Z' };
    const fulfilmentOf = (type: OrderDraft['type']) =>
      Object.keys(buildQuoteBody(draftOf({ ...details, type })).fulfilment ?? {}).sort();
    assert.deepEqual(fulfilmentOf('PICKUP'), ['requestedFor', 'type']);
    assert.deepEqual(fulfilmentOf('DELIVERY'), ['address', 'requestedFor', 'type']);
    assert.deepEqual(fulfilmentOf('DINE_IN'), ['requestedFor', 'table', 'type']);
    assert.deepEqual(fulfilmentOf('SHIPMENT'), ['address', 'type']);
  });

  test('is overridden only where the shop would not take it, and then has a reason', () => {
    const draft = draftOf({ name: 'Ada', override: true, reason: ' A regular ' });
    assert.equal('override' in buildOrderBody(draft, false, total), false);
    const body = buildOrderBody(draft, true, total);
    assert.deepEqual([body.override, body.reason], [true, 'A regular']);
    assert.equal(findMissing({ ...draft, reason: ' ' }, true), 'Enter why the order is taken.');
    assert.equal(findMissing({ ...draft, reason: ' ' }, false), null);
  });

  test('states what is still missing, one thing at a time', () => {
    assert.equal(findMissing(draftOf({ lines: [] }), false), 'Add a dish.');
    assert.equal(findMissing(draftOf({ type: 'DELIVERY' }), false), 'Enter the address.');
    assert.equal(findMissing(draftOf({ type: 'DINE_IN' }), false), 'Enter the table.');
    assert.equal(findMissing(draftOf(), false), 'Enter a name or a phone number.');
    assert.equal(findMissing(draftOf({ isGuest: false }), false), 'Choose the customer.');
    assert.equal(findMissing(draftOf({ phone: '1' }), false), null);
  });

  test('has one line for the same choice, and one for each other choice', () => {
    const hot = { quantity: 2, modifiers: [{ code: 'HOT', name: 'Hot', quantity: 1 }], note: '' };
    let lines = addLine([], pie, plain);
    lines = addLine(lines, pie, hot);
    lines = addLine(lines, pie, plain);
    lines = addLine(lines, pie, { ...plain, note: 'crisp' });
    assert.deepEqual(
      lines.map(({ quantity, note }) => [quantity, note]),
      [
        [2, ''],
        [2, ''],
        [1, 'crisp'],
      ],
    );
  });
});

describe('refusals', () => {
  test('propose the next times, or the time at which the shop opens', () => {
    const times = ['2026-12-01T18:30:00.000Z'];
    assert.deepEqual(listProposedTimes({ nextTimes: times, opensAt: null }), times);
    assert.deepEqual(listProposedTimes({ opensAt: times[0] }), times);
    assert.deepEqual(listProposedTimes({ opensAt: null }), []);
  });

  test('of a full slot, an area and the stock cannot be passed', () => {
    for (const [code, may] of [
      ['orders.shop_closed', true],
      ['orders.shop_paused', true],
      ['fulfilment.time_not_available', true],
      ['fulfilment.slot_full', false],
      ['fulfilment.out_of_area', false],
      ['inventory.insufficient_stock', false],
    ] as const) {
      assert.equal(isOverridable({ code }), may, code);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Order } from '../../clients/typescript/src/index.ts';
import { isForLater } from '../../web/console/board/later.ts';

const CREATED = '2026-12-01T12:00:00.000Z';
const created = Date.parse(CREATED);

function orderFor(minutes: number, status: Order['status'] = 'CONFIRMED'): Order {
  const promisedFor = new Date(created + minutes * 60_000).toISOString();
  return { createdAt: CREATED, status, fulfilment: { promisedFor } } as Order;
}

/** Returns after how many minutes the board shows an order. */
function findDue(order: Order, leadMinutes: number, slotMinutes: number): number {
  const shop = { leadMinutes, slotMinutes };
  let minutes = 0;
  while (isForLater(order, shop, created + minutes * 60_000)) minutes += 1;
  return minutes;
}

describe('orders for later', () => {
  test('are shown the lead time and one slot before their time', () => {
    assert.equal(findDue(orderFor(120), 20, 0), 100);
    assert.equal(findDue(orderFor(120), 20, 15), 85);
  });

  test('are shown 30 minutes before their time without a lead time', () => {
    assert.equal(findDue(orderFor(120), 0, 0), 90);
  });

  test('for as soon as possible are shown at once, whichever slot they were promised', () => {
    assert.equal(findDue(orderFor(0), 0, 0), 0);
    assert.equal(findDue(orderFor(20), 20, 0), 0);
    for (let minutes = 20; minutes < 35; minutes += 1) {
      assert.equal(findDue(orderFor(minutes), 20, 15), 0);
    }
  });

  test('are never held back once the kitchen has started, and parcels have no time', () => {
    assert.equal(findDue(orderFor(600, 'PREPARING'), 20, 15), 0);
    const parcel = { ...orderFor(0), fulfilment: { promisedFor: null } } as Order;
    assert.equal(findDue(parcel, 20, 15), 0);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Buyer,
  countPendingOrder,
  isAtLimit,
} from '../../../../src/modules/orders/placement/buyer.ts';

const customer = { customerId: 'ann', guest: null };
const guest = (emailKey: string | null, network: string | null): Buyer => ({
  customerId: 'new',
  guest: { emailKey, network },
});

/** Orders as each buyer in turn. Returns which of them may. */
function order(
  buyers: readonly Buyer[],
  limits = { pendingMax: 2, networkPendingMax: 3 },
): boolean[] {
  const pending = new Map<string, number>();
  return buyers.map((buyer) => {
    if (isAtLimit(buyer, limits, pending)) return false;
    countPendingOrder(buyer, limits, pending);
    return true;
  });
}

describe('the limits of open unpaid orders', () => {
  test('count guests with one address together, wherever they are', () => {
    const buyers = [guest('a', 'n1'), guest('a', 'n2'), guest('a', 'n3'), guest('b', 'n3')];
    assert.deepEqual(order(buyers), [true, true, false, true]);
  });

  test('count guests of one network together, whatever their addresses', () => {
    const buyers = ['a', 'b', 'c', 'd'].map((address) => guest(address, 'n'));
    assert.deepEqual(order([...buyers, guest('d', 'm')]), [true, true, true, false, true]);
  });

  test('do not confuse a customer, an address and a network of one name', () => {
    const buyers = [customer, customer, guest('ann', 'x'), guest('x', 'ann'), customer];
    assert.deepEqual(order(buyers), [true, true, true, true, false]);
  });

  test('leave out whom nothing is known of, and what has no limit', () => {
    const unknown = Array.from({ length: 9 }, () => guest(null, null));
    assert.ok(order(unknown).every(Boolean));
    const same = Array.from({ length: 9 }, () => guest('a', 'n'));
    assert.ok(order(same, { pendingMax: 0, networkPendingMax: 0 }).every(Boolean));
    assert.deepEqual(order(same.slice(0, 3), { pendingMax: 0, networkPendingMax: 2 }), [
      true,
      true,
      false,
    ]);
  });
});

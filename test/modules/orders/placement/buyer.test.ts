import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Buyer,
  countPendingOrder,
  findHeldRefusal,
  isAtLimit,
  noLimits,
  type UnpaidOrders,
} from '../../../../src/modules/orders/placement/buyer.ts';

const customer = { customerId: 'ann', guest: null };
const guest = (emailKey: string | null, network: string | null): Buyer => ({
  customerId: 'new',
  guest: { emailKey, network },
});

/** Orders as each buyer in turn. Returns which of them may. */
function order(
  buyers: readonly Buyer[],
  counts = { pendingMax: 2, networkPendingMax: 3 },
): boolean[] {
  const limits = { ...noLimits, ...counts };
  const pending = new Map<string, UnpaidOrders>();
  return buyers.map((buyer) => {
    if (isAtLimit(buyer, limits, pending)) return false;
    countPendingOrder(buyer, limits, pending, { units: 1, valueMinor: 100 });
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

/** Orders these units as each buyer in turn, at 10 minor units each. Returns who holds too much of what, or null. */
function hold(
  orders: readonly (readonly [buyer: Buyer, units: number])[],
  limits = { heldUnitsMax: 10, heldValueMaxMinor: 0 },
): (string | null)[] {
  const pending = new Map<string, UnpaidOrders>();
  return orders.map(([buyer, units]) => {
    const goods = { units, valueMinor: units * 10 };
    const refusal = findHeldRefusal(buyer, { ...noLimits, ...limits }, pending, goods);
    if (refusal !== null) return `${refusal.holder} ${refusal.measure}`;
    countPendingOrder(buyer, noLimits, pending, goods);
    return null;
  });
}

describe('the limits of held goods', () => {
  const at = (customerId: string, network: string | null): Buyer => ({
    customerId,
    guest: null,
    network,
  });

  test('add up the orders of a customer, and refuse an order that is too large by itself', () => {
    const ann = at('ann', null);
    const orders = [
      [ann, 11],
      [ann, 6],
      [ann, 5],
      [ann, 4],
      [ann, 1],
    ] as const;
    assert.deepEqual(hold(orders), [
      'customer units',
      null,
      'customer units',
      null,
      'customer units',
    ]);
  });

  test('add up guests and accounts at one network', () => {
    const orders = [
      [at('ann', 'n'), 6],
      [guest('a', 'n'), 5],
      [guest('b', 'n'), 4],
      [at('bob', 'n'), 1],
    ] as const;
    assert.deepEqual(hold(orders), [null, 'network units', null, 'network units']);
  });

  test('count a value, and each network and each address for itself', () => {
    const limits = { heldUnitsMax: 0, heldValueMaxMinor: 100 };
    const orders = [
      [guest('a', 'n'), 10],
      [guest('a', 'm'), 1],
      [guest('b', 'm'), 10],
    ] as const;
    assert.deepEqual(hold(orders, limits), [null, 'customer value', null]);
  });

  test('limit a single order of someone of whom nothing is known, and nothing if they are off', () => {
    const stranger = { customerId: null, guest: null };
    assert.deepEqual(
      hold([
        [stranger, 11],
        [stranger, 10],
        [stranger, 10],
      ]),
      ['customer units', null, null],
    );
    const off = { heldUnitsMax: 0, heldValueMaxMinor: 0 };
    assert.deepEqual(hold([[at('ann', 'n'), 1_000_000]], off), [null]);
  });
});

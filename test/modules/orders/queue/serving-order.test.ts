import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  servingOrder,
  VIPS_IN_A_ROW_MAX,
} from '../../../../src/modules/orders/placement/serving-order.ts';
import { nextRound } from '../../../../src/modules/orders/queue/serve-queue.ts';

describe('the serving order', () => {
  const queue = fc.array(fc.record({ vip: fc.boolean() }), { maxLength: 60 });

  test('serves every order once, VIPs and others each in order of arrival', () => {
    fc.assert(
      fc.property(queue, (waiting) => {
        const served = servingOrder(waiting);
        assert.deepEqual([...served].sort(byNumber), [...waiting.keys()]);
        for (const vip of [true, false]) {
          const kind = served.filter((index) => waiting[index]!.vip === vip);
          assert.deepEqual(kind, [...kind].sort(byNumber));
        }
      }),
    );
  });

  test('serves no other order while a VIP waits, except the oldest after every ten VIPs', () => {
    fc.assert(
      fc.property(queue, (waiting) => {
        const served = servingOrder(waiting).map((index) => waiting[index]!.vip);
        let inARow = 0;
        served.forEach((vip, position) => {
          const rest = served.slice(position + 1);
          if (vip) {
            inARow += 1;
            assert.ok(inARow <= VIPS_IN_A_ROW_MAX || !served.slice(position).includes(false));
          } else {
            assert.ok(inARow === VIPS_IN_A_ROW_MAX || !rest.includes(true));
            inARow = 0;
          }
        });
      }),
    );
  });

  test('lets no other order wait for more than ten VIPs, whatever arrives between rounds', () => {
    const arrivals = fc.array(fc.record({ vips: fc.nat(500), others: fc.nat(60) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(arrivals, (rounds) => {
        const vips: string[] = [];
        const others: string[] = [];
        let arrived = 0;
        let inARow = 0;
        for (const round of rounds) {
          for (let count = 0; count < round.vips; count += 1) vips.push(`vip ${arrived++}`);
          for (let count = 0; count < round.others; count += 1) others.push(`other ${arrived++}`);
          for (const id of nextRound(vips, others)) {
            const queue = id.startsWith('vip') ? vips : others;
            assert.equal(queue.shift(), id, 'the oldest of its kind');
            inARow = queue === vips ? inARow + 1 : 0;
            assert.ok(inARow <= VIPS_IN_A_ROW_MAX || others.length === 0);
          }
          if (others.length === 0) inARow = 0;
        }
      }),
    );
  });
});

function byNumber(a: number, b: number): number {
  return a - b;
}

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  servingOrder,
  VIPS_IN_A_ROW_MAX,
} from '../../../../src/modules/orders/placement/serving-order.ts';
import { nextRound } from '../../../../src/modules/orders/queue/serve-queue.ts';

describe('the serving order', () => {
  const line = fc.array(fc.record({ vip: fc.boolean() }), { maxLength: 60 });

  test('serves everybody once, VIPs and others each as they came', () => {
    fc.assert(
      fc.property(line, (waiting) => {
        const served = servingOrder(waiting);
        assert.deepEqual([...served].sort(byNumber), [...waiting.keys()]);
        for (const vip of [true, false]) {
          const kind = served.filter((index) => waiting[index]!.vip === vip);
          assert.deepEqual(kind, [...kind].sort(byNumber));
        }
      }),
    );
  });

  test('serves no other one while a VIP waits, but after ten of them the oldest', () => {
    fc.assert(
      fc.property(line, (waiting) => {
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

  test('holds over turns: whoever comes between them, no other one waits for more than ten VIPs', () => {
    const arrivals = fc.array(fc.record({ vips: fc.nat(500), others: fc.nat(60) }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(arrivals, (turns) => {
        const vips: string[] = [];
        const others: string[] = [];
        let arrived = 0;
        let inARow = 0;
        for (const turn of turns) {
          for (let count = 0; count < turn.vips; count += 1) vips.push(`vip ${arrived++}`);
          for (let count = 0; count < turn.others; count += 1) others.push(`other ${arrived++}`);
          for (const id of nextRound(vips, others)) {
            const line = id.startsWith('vip') ? vips : others;
            assert.equal(line.shift(), id, 'the oldest of its kind');
            inARow = line === vips ? inARow + 1 : 0;
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

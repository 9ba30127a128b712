import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPriorityOrder, HIGH_IN_A_ROW_MAX } from '../../src/jobs/priority-order.ts';

test('high goes first, and after ten of them a normal one that waits', () => {
  const order = createPriorityOrder();
  const taken = Array.from({ length: 33 }, () => order.next({ high: true, normal: true }));
  for (const [index, lane] of taken.entries()) {
    assert.equal(lane, index % 11 === 10 ? 'normal' : 'high');
  }
});

test('whatever arrives when, nothing waits while there is a place, and no normal one lets more than ten pass', () => {
  const arrivals = fc.array(fc.constantFrom('high', 'normal', 'take' as const), { maxLength: 300 });
  fc.assert(
    fc.property(arrivals, (steps) => {
      const order = createPriorityOrder();
      const waiting = { high: 0, normal: 0 };
      let passed = 0;
      for (const step of steps) {
        if (step !== 'take') {
          waiting[step] += 1;
          continue;
        }
        const before = { high: waiting.high > 0, normal: waiting.normal > 0 };
        const lane = order.next(before);
        assert.equal(lane === null, !before.high && !before.normal);
        if (lane === null) continue;
        assert.ok(before[lane]);
        waiting[lane] -= 1;
        passed = lane === 'high' && before.normal ? passed + 1 : 0;
        assert.ok(passed <= HIGH_IN_A_ROW_MAX);
        if (lane === 'normal' && before.high) assert.equal(waiting.high >= 0, true);
      }
    }),
  );
});

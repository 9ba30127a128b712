import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPriorityOrder, HIGH_IN_A_ROW_MAX } from '../../src/jobs/priority-order.ts';

test('high priority comes first, and after ten of those a waiting normal one', () => {
  const order = createPriorityOrder();
  const taken = Array.from({ length: 33 }, () => order.next({ high: true, normal: true }));
  for (const [index, priority] of taken.entries()) {
    assert.equal(priority, index % 11 === 10 ? 'normal' : 'high');
  }
});

test('for any arrivals, a waiting job is always served and no normal one is overtaken by more than ten', () => {
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
        const priority = order.next(before);
        assert.equal(priority === null, !before.high && !before.normal);
        if (priority === null) continue;
        assert.ok(before[priority]);
        waiting[priority] -= 1;
        passed = priority === 'high' && before.normal ? passed + 1 : 0;
        assert.ok(passed <= HIGH_IN_A_ROW_MAX);
        if (priority === 'normal' && before.high) assert.equal(waiting.high >= 0, true);
      }
    }),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Call,
  findBadAnswers,
  findUntrue,
  findViolations,
  type Placing,
  type StoredOrder,
} from './history.ts';

/** Checks that are always right would pass any run, so each of these plants one violation. */
const placing: Placing = {
  token: 'token',
  sku: 'TEA',
  quantity: 2,
  outcome: 'ok',
  orderId: 'order',
  body: '{}',
  cancelling: null,
  paying: null,
};
const order: StoredOrder = {
  id: 'order',
  token: 'token',
  status: 'PENDING',
  cancelReason: null,
  paymentStatus: 'UNPAID',
  sku: 'TEA',
  quantity: 2,
};
const cancelled = { ...order, status: 'CANCELLED', cancelReason: 'CUSTOMER' };
const unknown: Placing = { ...placing, outcome: 'unknown', orderId: null, body: null };
const refused: Placing = { ...unknown, outcome: 'refused' };
const settled = { isSettled: true };

test('a history that agrees with the database is right', () => {
  assert.deepEqual(findViolations([placing], [order], settled), []);
  assert.deepEqual(findViolations([refused], [], settled), []);
  assert.deepEqual(findViolations([unknown], [], settled), []);
  assert.deepEqual(findViolations([unknown], [order], settled), []);
  for (const cancelling of ['ok', 'unknown'] as const) {
    assert.deepEqual(findViolations([{ ...placing, cancelling }], [cancelled], settled), []);
  }
  assert.deepEqual(findViolations([{ ...placing, cancelling: 'unknown' }], [order], settled), []);
  const paid = { ...order, paymentStatus: 'PAID' };
  for (const paying of ['ok', 'unknown'] as const) {
    assert.deepEqual(findViolations([{ ...placing, paying }], [paid], settled), []);
  }
  // The provider has yet to report the charge.
  assert.deepEqual(
    findViolations([{ ...placing, paying: 'ok' }], [order], { isSettled: false }),
    [],
  );
  assert.deepEqual(
    findViolations([placing], [{ ...cancelled, cancelReason: 'EXPIRED' }], settled),
    [],
  );
});

for (const [what, history, stored, sentence] of [
  ['lost although it was acknowledged', [placing], [], /is lost/],
  ['there although it was refused', [refused], [order], /was refused, but order order is there/],
  [
    'unknown and there twice',
    [unknown],
    [order, { ...order, id: 'other' }],
    /\(unknown\) was placed 2 times/,
  ],
  [
    'acknowledged and there twice',
    [placing],
    [order, { ...order, id: 'other' }],
    /\(ok\) was placed 2 times/,
  ],
  [
    'another one than was acknowledged',
    [placing],
    [{ ...order, id: 'other' }],
    /order order, but is order other/,
  ],
  ['of a wrong quantity', [placing], [{ ...order, quantity: 3 }], /2 × TEA.*3 × TEA/],
  ['nobody’s', [], [order], /belongs to no attempt/],
  [
    'still open although its cancellation was acknowledged',
    [{ ...placing, cancelling: 'ok' }],
    [order],
    /was cancelled, but is PENDING/,
  ],
  ['cancelled by nobody', [placing], [cancelled], /nobody cancelled/],
  [
    'cancelled although that was refused',
    [{ ...placing, cancelling: 'refused' }],
    [cancelled],
    /nobody cancelled/,
  ],
  [
    'unpaid although its payment was acknowledged',
    [{ ...placing, paying: 'ok' }],
    [order],
    /was paid, but is UNPAID/,
  ],
  ['paid by nobody', [placing], [{ ...order, paymentStatus: 'PAID' }], /nobody paid/],
] as const satisfies readonly (readonly [
  string,
  readonly Placing[],
  readonly StoredOrder[],
  RegExp,
])[]) {
  test(`an order that is ${what} is a violation`, () => {
    const violations = findViolations(history, stored, settled);
    assert.ok(
      violations.some((violation) => sentence.test(violation)),
      violations.join('\n'),
    );
  });
}

test('an answer that is late, broken or without a time to come back is a violation', () => {
  const call: Call = {
    path: '/api/orders',
    invokedAt: 1_000,
    endedAt: 2_000,
    status: 503,
    hasRetryAfter: true,
  };
  const right = [call, { ...call, status: 201, hasRetryAfter: false }, { ...call, status: null }];
  assert.deepEqual(findBadAnswers(right, 1_000), []);
  for (const bad of [
    { ...call, endedAt: 2_001 },
    { ...call, hasRetryAfter: false },
    { ...call, status: 500 },
    { ...call, status: null, endedAt: 5_000 },
  ]) {
    assert.equal(findBadAnswers([...right, bad], 1_000).length, 1);
  }
});

test('an event that was told and is not in the log is a violation', () => {
  assert.deepEqual(findUntrue(new Set(['a']), new Set(['a', 'b'])), []);
  assert.deepEqual(findUntrue(new Set(['a', 'c']), new Set(['a', 'b'])), [
    'event c was told outside, but is not there',
  ]);
});

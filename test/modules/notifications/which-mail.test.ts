import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypes } from '../../../src/events/index.ts';
import { orderMailKinds } from '../../../src/modules/notifications/mail-kind.ts';
import { whichMail } from '../../../src/modules/notifications/which-mail.ts';
import { orderStatuses } from '../../../src/modules/orders/index.ts';
import { newId } from '../../../src/shared/ids.ts';

const orderId = newId();

test('these events are told by mail, and no others', () => {
  const told = Object.fromEntries(
    [...eventTypes, 'order.imported' as const].flatMap((type) => {
      const from = type === 'order.placed' ? null : 'PENDING';
      const kind = whichMail({ type, orderId, from });
      return kind === null ? [] : [[type, kind]];
    }),
  );
  assert.deepEqual(told, {
    'order.placed': 'order.placed',
    'order.confirmed': 'order.confirmed',
    'order.ready': 'order.ready',
    'order.cancelled': 'order.cancelled',
    'order.failed': 'order.failed',
    'refund.succeeded': 'payment.refunded',
  });
  assert.deepEqual([...new Set(Object.values(told))].sort(), [...orderMailKinds].sort());
});

test('a step forward is told, a correction that takes the order back is not', () => {
  const tellingFroms = (type: 'order.placed' | 'order.confirmed' | 'order.ready') =>
    [null, ...orderStatuses].filter((from) => whichMail({ type, orderId, from }) !== null);
  assert.deepEqual(tellingFroms('order.placed'), [null, 'QUEUED']);
  assert.deepEqual(tellingFroms('order.confirmed'), ['PENDING']);
  assert.deepEqual(tellingFroms('order.ready'), ['PENDING', 'CONFIRMED', 'PREPARING']);
});

test('money that belongs to no order is told to nobody', () => {
  assert.equal(whichMail({ type: 'refund.succeeded', orderId: null, from: null }), null);
});

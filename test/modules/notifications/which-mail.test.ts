import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventTypes } from '../../../src/events/index.ts';
import { orderMailKinds } from '../../../src/modules/notifications/mail-kind.ts';
import { mailEventTypes, whichMail } from '../../../src/modules/notifications/which-mail.ts';
import { orderStatuses } from '../../../src/modules/orders/index.ts';
import { newId } from '../../../src/shared/ids.ts';

const orderId = newId();

test('these events cause a mail, and no others', () => {
  const mails = Object.fromEntries(
    [...eventTypes, 'order.imported' as const].flatMap((type) => {
      const from = type === 'order.placed' ? null : 'PENDING';
      const kind = whichMail({ type, orderId, from });
      return kind === null ? [] : [[type, kind]];
    }),
  );
  assert.deepEqual(mails, {
    'order.placed': 'order.placed',
    'order.confirmed': 'order.confirmed',
    'order.ready': 'order.ready',
    'order.cancelled': 'order.cancelled',
    'order.failed': 'order.failed',
    'order.rescheduled': 'order.rescheduled',
    'order.readdressed': 'order.readdressed',
    'refund.succeeded': 'payment.refunded',
  });
  assert.deepEqual([...new Set(Object.values(mails))].sort(), [...orderMailKinds].sort());
  assert.deepEqual(Object.keys(mails).sort(), [...mailEventTypes].sort());
});

test('a step forward causes a mail, a correction backwards does not', () => {
  const listFroms = (type: 'order.placed' | 'order.confirmed' | 'order.ready') =>
    [null, ...orderStatuses].filter((from) => whichMail({ type, orderId, from }) !== null);
  assert.deepEqual(listFroms('order.placed'), [null, 'QUEUED']);
  assert.deepEqual(listFroms('order.confirmed'), ['PENDING']);
  assert.deepEqual(listFroms('order.ready'), ['PENDING', 'CONFIRMED', 'PREPARING']);
});

test('a refund without an order causes no mail', () => {
  assert.equal(whichMail({ type: 'refund.succeeded', orderId: null, from: null }), null);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decideMailFacts,
  type MailedState,
} from '../../../src/modules/notifications/mail-facts.ts';
import { orderMailKinds } from '../../../src/modules/notifications/mail-kind.ts';
import { orderStatuses } from '../../../src/modules/orders/index.ts';

const state: MailedState = {
  status: 'PENDING',
  paymentStatus: 'UNPAID',
  isImported: false,
  isFree: false,
  expiresAtMs: null,
  email: 'gus@example.com',
  customerName: 'Gus',
  isGuest: true,
  repeatsWords: true,
};

test('a customer without an e-mail address gets no mail, of any kind', () => {
  for (const kind of orderMailKinds) {
    assert.equal(decideMailFacts(kind, state)?.recipient, 'gus@example.com', kind);
    assert.equal(decideMailFacts(kind, { ...state, email: null }), null, kind);
  }
});

test('a customer is not greeted by name, and not repeated, until their address is proven', () => {
  const stated = orderMailKinds.map((kind) => decideMailFacts(kind, state));
  assert.ok(stated.every((facts) => facts?.greetedName === 'Gus' && !facts.omitsOwnWords));
  const unproven = { ...state, repeatsWords: false };
  const omitted = orderMailKinds.map((kind) => decideMailFacts(kind, unproven));
  assert.ok(omitted.every((facts) => facts?.greetedName === '' && facts.omitsOwnWords));
});

test('a changed fulfilment is announced only while the order is on its way to its customer', () => {
  const announced = orderStatuses.filter((status) =>
    (['order.rescheduled', 'order.readdressed'] as const).every(
      (kind) => decideMailFacts(kind, { ...state, status }) !== null,
    ),
  );
  assert.deepEqual(announced, ['PENDING', 'CONFIRMED', 'PREPARING', 'READY']);
});

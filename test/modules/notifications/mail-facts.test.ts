import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decideMailFacts,
  type MailedState,
} from '../../../src/modules/notifications/mail-facts.ts';
import { orderMailKinds } from '../../../src/modules/notifications/mail-kind.ts';

const state: MailedState = {
  status: 'PENDING',
  paymentStatus: 'UNPAID',
  isImported: false,
  isFree: false,
  expiresAtMs: null,
  email: 'gus@example.com',
  customerName: 'Gus',
};

test('a customer without an e-mail address gets no mail, of any kind', () => {
  for (const kind of orderMailKinds) {
    assert.equal(decideMailFacts(kind, state)?.recipient, 'gus@example.com', kind);
    assert.equal(decideMailFacts(kind, { ...state, email: null }), null, kind);
  }
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { orderStatuses } from '../../../src/modules/orders/order.ts';
import { allowedTransitions, classifyStep } from '../../../src/modules/orders/order-status.ts';
import type { Caller, Role } from '../../../src/shared/caller.ts';
import { testDatabase } from '../../support/database.ts';

const { database } = await testDatabase();

function buildUser(role: Role): Caller {
  return { kind: 'user', id: 'me', role, vip: false, familyId: 'family' };
}

describe('the steps of an order', () => {
  test('the code and the database define the same steps and overrides', async () => {
    const rows = await database.run<{ from: string; to: string; overrideOnly: boolean }>(
      'test.steps',
      `select from_status as "from", to_status as "to", override_only as "overrideOnly"
         from order_status_steps`,
      [],
    );
    const inDatabase = rows.map(
      (row) => `${row.from}>${row.to} ${row.overrideOnly ? 'override' : 'step'}`,
    );
    const inRules = orderStatuses.flatMap((from) =>
      orderStatuses.flatMap((to) => {
        const step = classifyStep(from, to);
        return step === 'illegal' ? [] : [`${from}>${to} ${step}`];
      }),
    );
    assert.deepEqual(inDatabase.sort(), inRules.sort());
  });

  test('the kitchen can take the next step and never cancel', () => {
    const allowed = orderStatuses.map((status) =>
      allowedTransitions({ status, paymentStatus: 'PAID' }, buildUser('kitchen')).join(),
    );
    assert.deepEqual(allowed, ['', 'CONFIRMED', 'PREPARING', 'READY', 'COMPLETED', '', '', '']);
  });

  test('a customer can cancel an order until it is paid or started', () => {
    const customer = buildUser('customer');
    assert.deepEqual(allowedTransitions({ status: 'QUEUED', paymentStatus: 'UNPAID' }, customer), [
      'CANCELLED',
    ]);
    assert.deepEqual(allowedTransitions({ status: 'PENDING', paymentStatus: 'FAILED' }, customer), [
      'CANCELLED',
    ]);
    assert.deepEqual(
      allowedTransitions({ status: 'PENDING', paymentStatus: 'PAID' }, customer),
      [],
    );
    assert.deepEqual(
      allowedTransitions({ status: 'CONFIRMED', paymentStatus: 'UNPAID' }, customer),
      [],
    );
  });

  test('an API key may do what its scopes allow', () => {
    const key = (scopes: Extract<Caller, { kind: 'api_key' }>['scopes']): Caller => ({
      kind: 'api_key',
      id: 'key',
      scopes,
    });
    const order = { status: 'CONFIRMED', paymentStatus: 'PAID' } as const;
    assert.deepEqual(allowedTransitions(order, key(['orders:read'])), []);
    assert.deepEqual(allowedTransitions(order, key(['orders:status'])), ['PREPARING']);
    assert.deepEqual(allowedTransitions(order, key(['orders:write'])), ['CANCELLED']);
  });
});

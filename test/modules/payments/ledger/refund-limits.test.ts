import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiKeyCaller, Caller, UserCaller } from '../../../../src/shared/caller.ts';
import { CodedError } from '../../../../src/shared/errors.ts';
import { newId } from '../../../../src/shared/ids.ts';
import { testDatabase } from '../../../support/database.ts';
import { buildContext, coded, settle } from '../../../support/orders.ts';
import { openPaymentsShop } from '../../../support/payments.ts';
import { addUser } from '../../../support/shop.ts';

/** Each payment of the shop is 500. */
const LIMIT = 700;
const { database, owner } = await testDatabase();
const shop = await openPaymentsShop(database);
const payments = shop.another({ stepUpRefundMinor: LIMIT });

const addAdmin = (): Promise<UserCaller> => addUser(database, { role: 'admin' });

function withProof(caller: UserCaller): UserCaller {
  return { ...caller, hasRecentProof: true };
}

function buildKey(refundMaxMinor?: number): ApiKeyCaller {
  const key = { kind: 'api_key', id: newId(), scopes: ['payments:refund'] } as const;
  return refundMaxMinor === undefined ? key : { ...key, refundMaxMinor };
}

async function refund(caller: Caller, amount: number, key?: string, paymentId?: string) {
  const id = paymentId ?? (await shop.paid()).paymentId;
  const input = { reason: 'It was cold', amount: { amount, currency: 'GBP' } };
  const context = buildContext(caller, key, { id, input });
  return payments.refundPayment(context, id, input);
}

/** Makes every refund of a caller older than an hour. */
async function age(caller: Caller): Promise<void> {
  await owner.transaction(async (tx) => {
    const run = (name: string, text: string, parameters: unknown[] = []) =>
      tx.run(`test.${name}`, text, parameters);
    await run('drop', 'alter table payment_refunds disable trigger payment_refunds_fixed');
    await run(
      'age_refunds',
      `update payment_refunds
          set created_at = created_at - interval '1 hour 1 second'
        where actor_id = $1::uuid`,
      [caller.id],
    );
    await run('add', 'alter table payment_refunds enable trigger payment_refunds_fixed');
  });
}

describe('a user without a recent proof', () => {
  test('refunds up to the limit within an hour, and is asked for a proof above it', async () => {
    const admin = await addAdmin();
    await refund(admin, 400);
    await refund(admin, 300);
    await assert.rejects(refund(admin, 1), (error) => {
      assert.ok(error instanceof CodedError);
      assert.equal(error.code, 'auth.step_up_required');
      assert.deepEqual(error.details.extensions, { methods: ['password'] });
      return true;
    });
    await refund(withProof(admin), 1);
    await age(admin);
    await refund(admin, 500);
  });

  test('is asked for one refund above the limit, also without a stated amount, and nothing is refunded', async () => {
    const small = shop.another({ stepUpRefundMinor: 499 });
    const admin = await addAdmin();
    const { paymentId } = await shop.paid();
    const input = { reason: 'It was cold' };
    await assert.rejects(
      small.refundPayment(buildContext(admin), paymentId, input),
      coded('auth.step_up_required'),
    );
    assert.equal((await shop.getPayment(paymentId)).refunded.amount, 0);
    await small.refundPayment(buildContext(withProof(admin)), paymentId, input);
  });

  test('learns first that a refund is impossible', async () => {
    const admin = await addAdmin();
    await assert.rejects(refund(admin, 501), coded('payments.refund_exceeds_captured'));
    await assert.rejects(refund(admin, 500, undefined, newId()), coded('payments.not_found'));
  });

  test('refunds at once no more than the limit', async () => {
    const admin = await addAdmin();
    const { done, refused } = await settle(Array.from({ length: 8 }, () => refund(admin, 200)));
    assert.equal(done.length, 3);
    assert.deepEqual(new Set(refused), new Set(['auth.step_up_required']));
  });

  test('is not limited by what others refund, nor by a refund that failed', async () => {
    const [one, other] = [await addAdmin(), await addAdmin()];
    await shop.settle();
    await refund(withProof(one), 500);
    await refund(other, 500);
    shop.provider.failNext('refund', 'refused', 'refused');
    await shop.settle();
    await refund(other, 500);
  });

  test('replays what needed no proof, and is asked before a replay of what did', async () => {
    const admin = await addAdmin();
    const { paymentId } = await shop.paid();
    await refund(admin, 400, 'small', paymentId);
    assert.equal((await refund(admin, 400, 'small', paymentId)).replayed, true);
    const other = await shop.paid();
    await refund(withProof(admin), 400, 'large', other.paymentId);
    await assert.rejects(
      refund(admin, 400, 'large', other.paymentId),
      coded('auth.step_up_required'),
    );
    const repeat = await refund(withProof(admin), 400, 'large', other.paymentId);
    assert.equal(repeat.replayed, true);
  });

  test('is not asked if the limit is 0', async () => {
    const admin = await addAdmin();
    const unlimited = shop.another({ stepUpRefundMinor: 0 });
    for (const { paymentId } of [await shop.paid(), await shop.paid()]) {
      await unlimited.refundPayment(buildContext(admin), paymentId, { reason: 'It was cold' });
    }
  });
});

describe('an API key', () => {
  test('refunds no more within an hour than its limit, and learns what is left', async () => {
    const key = buildKey(600);
    await refund(key, 400);
    await assert.rejects(refund(key, 201), (error) => {
      assert.ok(error instanceof CodedError);
      assert.equal(error.code, 'payments.refund_limit');
      assert.deepEqual(error.details.extensions, { left: { amount: 200, currency: 'GBP' } });
      return true;
    });
    await refund(key, 200);
    await age(key);
    await refund(key, 500);
  });

  test('refunds at once no more than its limit', async () => {
    const key = buildKey(500);
    const { done, refused } = await settle(Array.from({ length: 8 }, () => refund(key, 200)));
    assert.equal(done.length, 2);
    assert.deepEqual(new Set(refused), new Set(['payments.refund_limit']));
  });

  test('receives its own refund again although its limit is used up', async () => {
    const key = buildKey(500);
    const { paymentId } = await shop.paid();
    await refund(key, 500, 'once', paymentId);
    assert.equal((await refund(key, 500, 'once', paymentId)).replayed, true);
  });

  test('of before the limits has none, and is not asked to step up', async () => {
    const key = buildKey();
    await refund(key, 500);
    await refund(key, 500);
  });
});

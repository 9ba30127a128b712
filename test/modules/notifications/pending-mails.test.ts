import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPendingMails } from '../../../src/modules/notifications/pending-mails.ts';

const never = new AbortController();

describe('the pending mails of an order', () => {
  test('a mail waits for each earlier pending one, and never for itself or a later one', async () => {
    const mails = createPendingMails();
    const third = mails.add('order', 3, never);
    const first = mails.add('order', 1, never);
    const second = mails.add('order', 2, never);
    assert.equal(first.waitForEarlier(), null);
    const waiting = third.waitForEarlier();
    first.end();
    await waiting;
    assert.equal(second.waitForEarlier(), null);
    assert.notEqual(third.waitForEarlier(), null);
    second.end();
    assert.equal(third.waitForEarlier(), null);
  });

  test('no mail waits for one of another order, or for another attempt of itself', () => {
    const mails = createPendingMails();
    mails.add('another', 1, never);
    mails.add('order', 2, never);
    assert.equal(mails.add('order', 2, never).waitForEarlier(), null);
  });

  test('no mail waits for one that was aborted', () => {
    const mails = createPendingMails();
    const aborted = new AbortController();
    mails.add('order', 1, aborted);
    const later = mails.add('order', 2, never);
    assert.notEqual(later.waitForEarlier(), null);
    aborted.abort();
    assert.equal(later.waitForEarlier(), null);
  });
});

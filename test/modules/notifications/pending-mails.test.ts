import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createPendingMails } from '../../../src/modules/notifications/pending-mails.ts';

const never = new AbortController().signal;

describe('the turns of an order’s mails', () => {
  test('a later one waits for each earlier one at hand, and none for itself or a later one', async () => {
    const turns = createPendingMails();
    const third = turns.add('order', 3, never);
    const first = turns.add('order', 1, never);
    const second = turns.add('order', 2, never);
    assert.equal(first.waitForEarlier(), null);
    const waiting = third.waitForEarlier();
    first.end();
    await waiting;
    assert.equal(second.waitForEarlier(), null);
    assert.notEqual(third.waitForEarlier(), null);
    second.end();
    assert.equal(third.waitForEarlier(), null);
  });

  test('nobody waits for one of another order, or for another try of the same', () => {
    const turns = createPendingMails();
    turns.add('another', 1, never);
    turns.add('order', 2, never);
    assert.equal(turns.add('order', 2, never).waitForEarlier(), null);
  });

  test('nobody waits for one that was given up', () => {
    const turns = createPendingMails();
    const givenUp = new AbortController();
    turns.add('order', 1, givenUp.signal);
    const later = turns.add('order', 2, never);
    assert.notEqual(later.waitForEarlier(), null);
    givenUp.abort();
    assert.equal(later.waitForEarlier(), null);
  });
});

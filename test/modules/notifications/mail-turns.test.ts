import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMailTurns } from '../../../src/modules/notifications/mail-turns.ts';

const never = new AbortController().signal;

describe('the turns of an order’s mails', () => {
  test('a later one waits for each earlier one at hand, and none for itself or a later one', async () => {
    const turns = createMailTurns();
    const third = turns.enter('order', 3, never);
    const first = turns.enter('order', 1, never);
    const second = turns.enter('order', 2, never);
    assert.equal(first.earlier(), null);
    const waiting = third.earlier();
    first.leave();
    await waiting;
    assert.equal(second.earlier(), null);
    assert.notEqual(third.earlier(), null);
    second.leave();
    assert.equal(third.earlier(), null);
  });

  test('nobody waits for one of another order, or for another try of the same', () => {
    const turns = createMailTurns();
    turns.enter('another', 1, never);
    turns.enter('order', 2, never);
    assert.equal(turns.enter('order', 2, never).earlier(), null);
  });

  test('nobody waits for one that was given up', () => {
    const turns = createMailTurns();
    const givenUp = new AbortController();
    turns.enter('order', 1, givenUp.signal);
    const later = turns.enter('order', 2, never);
    assert.notEqual(later.earlier(), null);
    givenUp.abort();
    assert.equal(later.earlier(), null);
  });
});

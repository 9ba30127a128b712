import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChannel, createLatest } from '../../src/shared/channel.ts';

test('a fact reaches every subscriber in order before the sender continues', () => {
  const channel = createChannel<number>();
  const received: string[] = [];
  channel.publish(1);
  channel.subscribe((fact) => received.push(`first ${fact}`));
  channel.subscribe((fact) => received.push(`second ${fact}`));
  channel.publish(2);
  assert.deepEqual(received, ['first 2', 'second 2']);
});

test('the latest fact can be read once there is one', () => {
  const channel = createChannel<string>();
  const latest = createLatest(channel, 'nothing was sent yet');
  assert.throws(latest, { message: 'nothing was sent yet' });
  channel.publish('one');
  channel.publish('two');
  assert.equal(latest(), 'two');
});

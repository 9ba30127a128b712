import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChannel, createLatest } from '../../src/shared/channel.ts';

test('a fact reaches every subscriber in order, before its teller goes on', () => {
  const channel = createChannel<number>();
  const heard: string[] = [];
  channel.publish(1);
  channel.subscribe((fact) => heard.push(`first ${fact}`));
  channel.subscribe((fact) => heard.push(`second ${fact}`));
  channel.publish(2);
  assert.deepEqual(heard, ['first 2', 'second 2']);
});

test('the latest fact can be asked for, and not before there is one', () => {
  const channel = createChannel<string>();
  const latest = createLatest(channel, 'nothing was told yet');
  assert.throws(latest, { message: 'nothing was told yet' });
  channel.publish('one');
  channel.publish('two');
  assert.equal(latest(), 'two');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Priority } from '../../src/drivers/queue/queue.ts';
import type { UnstartedJob } from '../../src/jobs/local-work.ts';
import { createWaitingJobs, type WaitingJobs } from '../../src/jobs/waiting-jobs.ts';
import { buildDefinition } from './definitions.ts';

function lease(waiting: WaitingJobs, priority: Priority, id: string, startBy = 1_000): void {
  const job: UnstartedJob = {
    definition: buildDefinition({ run: async () => {} }),
    row: { id, name: 'test.work', data: {}, eventId: null, traceparent: null, attempts: 1 },
    leaseToken: 'token',
    priority,
    startBy,
  };
  waiting.leased[priority].push(job);
}

function receive(waiting: WaitingJobs, priority: Priority, jobId: string): void {
  waiting.messages[priority].push({ jobId, priority });
}

const always = () => true;

/** Takes one job after the other and returns their ids. */
function takeAll(waiting: WaitingJobs): string[] {
  return Array.from({ length: waiting.count() }, () => {
    const { messages, leased } = waiting.take(1, always);
    return messages[0]?.jobId ?? leased[0]!.row.id;
  });
}

test('high priority comes first, whether leased or received', () => {
  const waiting = createWaitingJobs();
  lease(waiting, 'normal', 'normal leased');
  receive(waiting, 'normal', 'normal received');
  receive(waiting, 'high', 'high received');
  lease(waiting, 'high', 'high leased');
  assert.deepEqual(
    takeAll(waiting).map((id) => id.split(' ')[0]),
    ['high', 'high', 'normal', 'normal'],
  );
});

test('after ten leased jobs of high priority a received normal one is taken', () => {
  const waiting = createWaitingJobs();
  for (let count = 0; count < 20; count += 1) lease(waiting, 'high', `high ${count}`);
  receive(waiting, 'normal', 'normal');
  assert.equal(takeAll(waiting).indexOf('normal'), 10);
});

test('received and leased jobs of one priority alternate, each kind in its order', () => {
  const waiting = createWaitingJobs();
  for (const id of ['a', 'b', 'c', 'd']) lease(waiting, 'normal', id);
  for (const id of ['1', '2']) receive(waiting, 'normal', id);
  assert.deepEqual(takeAll(waiting), ['a', '1', 'b', '2', 'c', 'd']);
});

test('nothing is taken beyond the limit, or while it is unknown which priorities wait', () => {
  const waiting = createWaitingJobs();
  for (const id of ['a', 'b', 'c']) lease(waiting, 'normal', id);
  assert.equal(waiting.take(2, always).leased.length, 2);
  assert.equal(waiting.take(2, () => false).leased.length, 0);
  assert.equal(waiting.count(), 1);
});

test('jobs whose time to start has passed are taken apart', () => {
  const waiting = createWaitingJobs();
  lease(waiting, 'normal', 'in time', 20);
  // Committed after the one before it, by a transaction that took long.
  lease(waiting, 'normal', 'late', 10);
  lease(waiting, 'high', 'late too', 5);
  assert.deepEqual(
    waiting.takeLate(10).map(({ row }) => row.id),
    ['late too', 'late'],
  );
  assert.deepEqual(takeAll(waiting), ['in time']);
});

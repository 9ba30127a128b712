import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunningJob } from '../../src/jobs/index.ts';
import { createRunAttempt } from '../../src/jobs/run-attempt.ts';
import { buildDefinition } from './definitions.ts';

function lease(run: (job: RunningJob) => Promise<void>, deadlineMs = 30_000) {
  return {
    definition: buildDefinition({ run, deadlineMs }),
    row: { id: 'id', name: 'test.work', data: {}, eventId: null, traceparent: null, attempts: 1 },
    leaseToken: 'token',
  };
}

function untilAborted({ signal }: RunningJob): Promise<void> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

test('a signal fires at the deadline, also for a handler that asks for it only afterwards', async () => {
  const runAttempt = createRunAttempt(new AbortController().signal);
  const reasons: unknown[] = [];
  const outcome = await runAttempt(
    lease(async (job) => {
      // Its deadline is later, so that of this attempt has passed when it ends.
      await runAttempt(lease(untilAborted, 100), null);
      reasons.push(job.signal.reason);
      job.signal.throwIfAborted();
    }, 20),
    null,
  );
  assert.equal(outcome.kind, 'failed');
  assert.deepEqual(reasons, [outcome.kind === 'failed' ? outcome.error : null]);
  assert.match(String(reasons[0]), /more than 20 ms/);
});

test('all running attempts end when the process has no more time, and none of them counts', async () => {
  const stopping = new AbortController();
  const runAttempt = createRunAttempt(stopping.signal);
  const deaf = () => new Promise<void>(() => {});
  const attempts = [untilAborted, deaf].map((run) => runAttempt(lease(run), null));
  stopping.abort(new Error('the process stops'));
  const late = runAttempt(lease(untilAborted), null);
  assert.equal(
    (await Promise.all(attempts)).every(({ kind }) => kind === 'later'),
    true,
  );
  assert.deepEqual(await late, { kind: 'later', delayMs: 0 });
});

test('a handler that throws before it waits fails only its own attempt', async () => {
  const runAttempt = createRunAttempt(new AbortController().signal);
  const error = new Error('thrown at once');
  const failing = lease(() => {
    throw error;
  });
  assert.deepEqual(await runAttempt(failing, null), { kind: 'failed', error });
});

test('what a job causes continues the span of its attempt, or else the trace of its row', async () => {
  const runAttempt = createRunAttempt(new AbortController().signal);
  const causes: unknown[] = [];
  const job = lease(async ({ cause }) => {
    causes.push([cause.traceId, cause.spanId]);
  });
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traced = { ...job, row: { ...job.row, traceparent: `00-${traceId}-00f067aa0ba902b7-01` } };
  await runAttempt(job, null);
  await runAttempt(traced, null);
  await runAttempt(traced, { traceId, spanId: '1111111111111111', sampled: true });
  assert.deepEqual(causes, [
    [null, undefined],
    [traceId, '00f067aa0ba902b7'],
    [traceId, '1111111111111111'],
  ]);
});

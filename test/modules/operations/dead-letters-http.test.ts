import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { buildJob, definitionOf, readState, startWorker } from '../../jobs/jobs-fixture.ts';
import { testDatabase } from '../../support/database.ts';
import { insertDeadEvent } from '../../support/dead-events.ts';
import { startTestServer } from '../../support/server.ts';
import type { Session } from '../../support/session.ts';
import { query, until } from '../../support/until.ts';

const db = await testDatabase();
const server = await startTestServer(db);

interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly job: string;
  readonly eventId: string | null;
  readonly error: string;
  readonly attempts: number;
  readonly failedAt: string;
}

let admin: Session;
before(async () => {
  admin = await server.asAdmin();
});

async function list(path = '/api/operations/dead-letters') {
  const reply = await admin.get(path);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<{ data: DeadLetter[]; nextCursor: string | null }>();
}

/** Whether the jobs of this file fail. */
let failing = true;
let runs = 0;
const failingJob = definitionOf({
  queue: 'letters',
  attemptsMax: 2,
  run: async () => {
    runs += 1;
    if (failing) throw new Error('the receiver is unavailable');
  },
});

describe('dead letters over HTTP', () => {
  test('a job that used all its attempts is listed, redriven by its id, and done', async () => {
    const worker = await startWorker(db, [failingJob]);
    const eventId = newId();
    const job = buildJob({ eventId });
    await worker.ask(job);
    await until(async () => assert.equal((await readState(db.url, job.id))?.state, 'dead'));
    const letter = (await list()).data.find(({ id }) => id === job.id);
    assert.deepEqual(
      { ...letter, failedAt: null },
      {
        id: job.id,
        queue: 'letters',
        job: 'test.work',
        eventId,
        error: 'Error: the receiver is unavailable',
        attempts: 2,
        failedAt: null,
      },
    );
    failing = false;
    const redriven = await admin.post(`/api/operations/dead-letters/${job.id}/redrive`, {});
    assert.equal(redriven.status, 202, redriven.text);
    assert.deepEqual(redriven.json(), { id: job.id, queue: 'letters', job: 'test.work' });
    // This server's queue does not run: the worker's sends the job, as a rescue would.
    await worker.registry.send([job]);
    await worker.untilFinished(job.id);
    assert.equal(runs, 3);
    assert.equal((await list()).data.length, 0);
    const again = await admin.post(`/api/operations/dead-letters/${job.id}/redrive`, {});
    assert.deepEqual([again.status, again.json().code], [404, 'operations.not_found']);
    await worker.stop();
  });

  test('a provider event that could not be applied is listed among the jobs and redriven', async () => {
    const id = await insertDeadEvent(db.url);
    const [letter] = (await list()).data;
    assert.equal(letter?.id, id);
    assert.deepEqual(
      [letter?.queue, letter?.job, letter?.attempts, letter?.error],
      ['payments', 'payments.apply-event', 8, 'it could not be applied'],
    );
    const queues = (await admin.get('/api/operations/queues')).json<{
      data: { name: string; failed: number }[];
    }>();
    assert.equal(queues.data.find(({ name }) => name === 'payments')?.failed, 1);
    const redriven = await admin.post(`/api/operations/dead-letters/${id}/redrive`, {});
    assert.equal(redriven.status, 202, redriven.text);
    assert.equal(await server.application.modules.payments.applyDueEvents(), 1);
    const [row] = await query(db.url, 'select status from provider_events where id = $1', [id]);
    assert.equal(row?.status, 'IGNORED');
  });

  test('the list has neither duplicates nor gaps between pages', async () => {
    const ids = [];
    for (let count = 0; count < 5; count += 1) ids.push(await insertDeadEvent(db.url));
    const seen: string[] = [];
    for (let path: string | null = '/api/operations/dead-letters?limit=2'; path !== null; ) {
      const { data, nextCursor } = await list(path);
      seen.push(...data.map(({ id }) => id));
      path = nextCursor && `/api/operations/dead-letters?limit=2&cursor=${nextCursor}`;
    }
    assert.deepEqual([...seen].sort(), ids.sort());
    const altered = await admin.get('/api/operations/dead-letters?cursor=WzFd.AAAA');
    assert.deepEqual([altered.status, altered.json().code], [400, 'request.invalid_cursor']);
    for (const id of ids) {
      await admin.post(`/api/operations/dead-letters/${id}/redrive`);
    }
    await server.application.modules.payments.applyDueEvents();
  });

  test('an unknown id gets 404, an invalid one 400, and a repeat with the same key the first response', async () => {
    const unknown = await admin.post(`/api/operations/dead-letters/${newId()}/redrive`, {});
    assert.deepEqual([unknown.status, unknown.json().code], [404, 'operations.not_found']);
    const odd = await admin.post('/api/operations/dead-letters/7/redrive', {});
    assert.equal(odd.status, 400);
    const path = `/api/operations/dead-letters/${await insertDeadEvent(db.url)}/redrive`;
    const headers = { 'Idempotency-Key': newId() };
    const first = await admin.post(path, {}, headers);
    const second = await admin.post(path, {}, headers);
    assert.deepEqual([first.status, second.status], [202, 202]);
    assert.deepEqual(second.json(), first.json());
    assert.equal(second.headers.get('idempotent-replayed'), 'true');
    await server.application.modules.payments.applyDueEvents();
  });

  test('only admins can see queues and dead letters', async () => {
    for (const session of [await server.signUp(), await server.signInAs('kitchen')]) {
      for (const path of ['/api/operations/queues', '/api/operations/dead-letters']) {
        assert.equal((await session.get(path)).status, 403);
      }
      const path = `/api/operations/dead-letters/${newId()}/redrive`;
      assert.equal((await session.post(path, {})).status, 403);
    }
    assert.equal((await server.anonymous.get('/api/operations/queues')).status, 401);
  });

  test('every known queue has a row, even without work, and a depth', async () => {
    const { data } = (await admin.get('/api/operations/queues')).json<{
      data: Record<string, unknown>[];
    }>();
    const names = data.map(({ name }) => name);
    for (const queue of ['mail', 'orders', 'payments', 'webhooks'])
      assert.ok(names.includes(queue));
    for (const row of data) {
      assert.deepEqual(Object.keys(row), ['name', 'waiting', 'active', 'delayed', 'failed']);
    }
    const metrics = (await server.anonymous.get('/metrics')).text;
    for (const name of names) {
      assert.match(metrics, new RegExp(`^queue_depth\\{queue="${name}"\\} \\d+$`, 'm'));
    }
  });
});

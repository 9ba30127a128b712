import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { buildJob, definitionOf, readState, startWorker } from '../../jobs/jobs-fixture.ts';
import { findAudit } from '../../support/audit-rows.ts';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';
import { until } from '../../support/until.ts';

const db = await testDatabase();
const environment = { DATABASE_URL: db.url };

/** Creates `count` dead letters. */
async function createDeadLetters(count: number): Promise<string[]> {
  const worker = await startWorker(db, [
    definitionOf({
      attemptsMax: 1,
      run: () => Promise.reject(new Error('the mail server said no')),
    }),
  ]);
  const jobs = Array.from({ length: count }, () => buildJob());
  await worker.ask(...jobs);
  for (const { id } of jobs) {
    await until(async () => assert.equal((await readState(db.url, id))?.state, 'dead'));
  }
  await worker.stop();
  return jobs.map(({ id }) => id);
}

test('dead letters are listed with their errors, and one or all of them are redriven', async () => {
  const [first = '', ...others] = await createDeadLetters(3);
  const listed = await runCommand(['dead-letters', 'list'], { environment });
  assert.equal(listed.code, 0, listed.stderr);
  for (const id of [first, ...others]) {
    assert.match(
      listed.stdout,
      new RegExp(`${id} +test +test\\.work +1 .*Error: the mail server said no`),
    );
  }
  const limited = await runCommand(['dead-letters', 'list', '--limit', '2', '--json'], {
    environment,
  });
  assert.equal((JSON.parse(limited.stdout) as unknown[]).length, 2);

  const one = await runCommand(['dead-letters', 'redrive', first], { environment });
  assert.equal(one.code, 0, one.stderr);
  assert.match(one.stdout, new RegExp(`${first} +test\\.work`));
  const again = await runCommand(['dead-letters', 'redrive', first], { environment });
  assert.equal(again.code, 1);
  assert.match(again.stderr, /Not dead letters/);
  const rest = await runCommand(['dead-letters', 'redrive', '--all'], { environment });
  assert.match(rest.stdout, /2 redriven/);
  for (const id of [first, ...others]) {
    const row = await readState(db.url, id);
    assert.deepEqual([row?.state, row?.attempts], ['waiting', 0]);
  }
  const empty = await runCommand(['dead-letters', 'list'], { environment });
  assert.match(empty.stdout, /There are no dead letters/);
  const redriven = await findAudit(db.database);
  assert.deepEqual(
    redriven.map(({ subjectId }) => subjectId).sort(),
    [first, ...others].sort(),
    'each dead letter has a row of its own',
  );
  for (const { type, actorType, job, after } of redriven) {
    assert.deepEqual(
      [type, actorType, job, after],
      [
        'dead_letter.redriven',
        'operator',
        'dead-letters redrive',
        { queue: 'test', job: 'test.work' },
      ],
    );
  }
});

test('ids together with --all, neither of them, and invalid ids are wrong arguments', async () => {
  for (const args of [[], [newId(), '--all'], ['7']]) {
    const { code } = await runCommand(['dead-letters', 'redrive', ...args], { environment });
    assert.equal(code, 2, args.join(' '));
  }
});

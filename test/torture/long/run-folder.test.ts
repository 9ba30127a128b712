import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tortureLong } from './long.ts';
import { ProcessList } from './process-list.ts';
import { RunFolder } from './state.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-long-'));
after(() => rm(folder, { recursive: true, force: true }));

function startSleeper(): ChildProcess {
  return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
}

test('what a killed run left behind is ended, a paused process too, and nothing else', async () => {
  const left = [startSleeper(), startSleeper()];
  const other = startSleeper();
  after(() => other.kill('SIGKILL'));
  const killed = new ProcessList(folder);
  for (const { pid } of left) killed.add(pid!);
  killed.add(other.pid!);
  left[0]!.kill('SIGSTOP');
  // The number of a process that has ended may belong to another program by now.
  const file = join(folder, 'processes.json');
  const recorded = JSON.parse(await readFile(file, 'utf8')) as { pid: number }[];
  const mistaken = recorded.map((one) =>
    one.pid === other.pid ? { ...one, startedAt: 'earlier' } : one,
  );
  await writeFile(file, JSON.stringify(mistaken));

  const ended = left.map((child) => once(child, 'exit'));
  assert.equal(new ProcessList(folder).endLeftovers(), 2);
  assert.deepEqual(await Promise.all(ended), [
    [null, 'SIGKILL'],
    [null, 'SIGKILL'],
  ]);
  assert.equal(other.exitCode ?? other.signalCode, null);
  assert.equal(new ProcessList(folder).endLeftovers(), 0);
});

test('a run neither begins twice in a folder, nor resumes where there is none', async () => {
  const options = {
    operations: 1,
    kills: 0,
    stretchOperations: 1,
    folder: join(folder, 'run'),
    seed: 1,
    clients: 1,
    signal: new AbortController().signal,
  };
  await assert.rejects(tortureLong({ ...options, resume: true }), /no run .* to resume/);
  const state = { seed: 1, operations: 1, kills: 0, stretchOperations: 1, endpoint: null };
  new RunFolder(options.folder).write({ ...state, stretches: [] });
  await assert.rejects(tortureLong({ ...options, resume: false }), /contains a run. Use --resume/);
});

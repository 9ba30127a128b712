import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { canShareProcess } from '../support/runner/test-sources.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'test/support/runner/shared-process.ts');

/** Runs files with these tests in some processes. Returns the exit codes, and what the files did, in its order. */
async function runFiles(
  t: TestContext,
  processes: number,
  bodies: Readonly<Record<string, string>>,
): Promise<{ readonly codes: readonly number[]; readonly done: readonly string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  t.after(() => rm(folder, { recursive: true }));
  const log = join(folder, 'log');
  await writeFile(log, '');
  for (const [name, body] of Object.entries(bodies)) {
    const source = `
      import { after, test } from 'node:test';
      import { spawn } from 'node:child_process';
      import { once } from 'node:events';
      import { appendFileSync } from 'node:fs';
      const runProgram = () => once(spawn(process.execPath, ['--eval', '']), 'exit');
      const note = (text) => appendFileSync(${JSON.stringify(log)}, text + ' ${name}\\n');
      after(() => note('end'));
      test('of ${name}', async () => { note('test'); ${body} });
    `;
    await writeFile(join(folder, `${name}.mjs`), source);
  }
  const list = join(folder, 'shared-files.json');
  const files = Object.keys(bodies).map((name) => relative(root, join(folder, `${name}.mjs`)));
  await writeFile(list, JSON.stringify(files));
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const codes = Array.from({ length: processes }, async () => {
    const child = spawn(process.execPath, [program], {
      stdio: 'ignore',
      env: { ...environment, TEST_SHARED_FILES: list },
    });
    const [code] = (await once(child, 'exit')) as [number];
    return code;
  });
  return {
    codes: await Promise.all(codes),
    done: (await readFile(log, 'utf8')).trimEnd().split('\n'),
  };
}

test('files that share a process run one after another, each with its hooks', async (t) => {
  const { codes, done } = await runFiles(t, 1, { one: '', two: '' });
  assert.deepEqual(codes, [0]);
  assert.deepEqual(done, ['test one', 'end one', 'test two', 'end two']);
});

test('what a file defines late, after its first tests would have ended, runs too', async (t) => {
  const late = `}); await runProgram(); test('late', async () => { await runProgram(); note('late');`;
  const { codes, done } = await runFiles(t, 1, { one: late, two: '' });
  assert.deepEqual(codes, [0]);
  assert.deepEqual(done, ['test one', 'late one', 'end one', 'test two', 'end two']);
});

test('several processes run each file of a list once', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const bodies = Object.fromEntries(names.map((name) => [name, '']));
  const { codes, done } = await runFiles(t, 3, bodies);
  assert.deepEqual(codes, [0, 0, 0]);
  const expected = names.flatMap((name) => [`test ${name}`, `end ${name}`]);
  assert.deepEqual([...done].sort(), expected.sort());
});

test('a file that fails, or throws where nobody catches it, fails its process and spares the others', async (t) => {
  const { codes, done } = await runFiles(t, 1, {
    one: `throw new Error('no')`,
    two: `queueMicrotask(() => { throw new Error('nobody catches this'); });`,
    three: '',
  });
  assert.deepEqual(codes, [1]);
  assert.deepEqual(done.slice(-2), ['test three', 'end three']);
});

test('a file that changes its process, or reaches a helper that does, keeps its own', () => {
  const changes = [
    "process.env.TZ = 'UTC';",
    'Object.assign(process.env, settings);',
    'delete process.env.TZ;',
    't.mock.timers.enable();',
    'process.chdir(folder);',
    'process.exitCode = 1;',
    'process.memoryUsage()',
    "import { Worker } from 'node:worker_threads';",
  ];
  for (const change of changes) {
    const sources = new Map([
      ['test/a.test.ts', "import { help } from './help.ts';"],
      ['test/help.ts', change],
    ]);
    assert.equal(canShareProcess(sources), false, change);
  }
  const harmless = "if (process.env.CI === 'true') spawn(process.execPath, [program]);";
  assert.equal(canShareProcess(new Map([['test/a.test.ts', harmless]])), true);
});

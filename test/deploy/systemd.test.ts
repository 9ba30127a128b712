import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { variableNames } from '../../src/main/config/variables.ts';
import { ownPort } from '../support/own-port.ts';
import { PATIENT_MS } from '../support/patience.ts';
import { until } from '../support/until.ts';
import { readText, root } from './deploy-files.ts';

/** Debian's own, which has the module seccomp. */
const PYTHON = '/usr/bin/python3';
/** Source: systemd-analyze(1): 0.0 exposes nothing, 10.0 everything. */
const EXPOSURE_MAX = 2.5;
/** Without a compile cache, which belongs to another user, a busy machine takes much longer to load the program. */
const START_MS = 3 * PATIENT_MS;

const path = join(root, 'deploy/systemd/holdfast.service');
const unit = await readText('deploy/systemd/holdfast.service');
const names: ReadonlySet<string> = new Set(variableNames);
const valuesOf = (key: string) =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!);

const runs = (command: string, ...parameters: string[]) =>
  spawnSync(command, parameters).status === 0;
const analyzeMissing = runs('systemd-analyze', '--version')
  ? false
  : 'systemd-analyze is not installed';
const seccompMissing = runs(PYTHON, '-c', 'import seccomp')
  ? false
  : 'python3-seccomp is not installed';

describe('the systemd unit', () => {
  test('starts an existing program in production, whatever its environment file sets', () => {
    const [command] = valuesOf('ExecStart');
    const [, pairs, program] = /^\/usr\/bin\/env ((?:\S+=\S+ )+)node (\S+) serve$/.exec(command!)!;
    assert.ok(existsSync(join(root, program!)));
    const values = Object.fromEntries(
      pairs!
        .trim()
        .split(' ')
        .map((pair) => pair.split('=')),
    );
    for (const name of Object.keys(values)) assert.ok(names.has(name), name);
    assert.equal(values.NODE_ENV, 'production');
    assert.equal(values.DATA_DIR, `/var/lib/${valuesOf('StateDirectory')[0]}`);
  });

  test('gives secrets as credentials, each named by the variable of its file, and none in the environment', () => {
    const credentials = valuesOf('LoadCredential').map((value) => value.split(':')[0]!);
    assert.ok(credentials.length > 0);
    const files = valuesOf('Environment').filter((value) => value.includes('_FILE='));
    for (const [index, credential] of credentials.entries()) {
      const variable = credential.toUpperCase().replaceAll('-', '_');
      assert.ok(names.has(variable), variable);
      assert.equal(files[index], `${variable}_FILE=%d/${credential}`);
    }
    assert.equal(files.length, credentials.length);
  });

  test('leaves less open than an exposure of 2.5', { skip: analyzeMissing }, () => {
    const { stdout, status } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', `--threshold=${EXPOSURE_MAX * 10}`, '--no-pager', path],
      { encoding: 'utf8' },
    );
    const [, exposure] = /exposure level for holdfast\.service: ([\d.]+)/.exec(stdout)!;
    assert.ok(Number(exposure) < EXPOSURE_MAX, stdout);
    assert.equal(status, 0, stdout);
  });

  test('lets V8 compile code, which it writes before it runs it', () => {
    assert.deepEqual(valuesOf('MemoryDenyWriteExecute'), []);
  });

  test('lets the program and its embedded PostgreSQL start and serve under its system call filter', {
    skip: analyzeMissing || seccompMissing,
  }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-filtered-'));
    if (process.getuid?.() === 0) chownSync(folder, 65_534, 65_534);
    const port = await ownPort();
    const child = spawn(
      PYTHON,
      [
        fileURLToPath(new URL('../support/filtered.py', import.meta.url)),
        path,
        process.execPath,
        join(root, 'bin/holdfast.js'),
        'serve',
      ],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          PATH: process.env.PATH,
          HOLDFAST_HOME: folder,
          DATA_DIR: join(folder, 'data'),
          PORT: String(port),
          NODE_DISABLE_COMPILE_CACHE: '1',
        },
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const ended = once(child, 'exit');
    after(async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    });
    await until(async () => {
      assert.equal(child.exitCode, null, output);
      const health = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null);
      assert.equal(health?.status, 200, output);
    }, START_MS);
    const status = await readText(`/proc/${child.pid}/status`);
    assert.match(status, /^Seccomp:\t2$/m);
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null], output);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js');

/** `specification` checks only for valid OpenAPI; `project` also applies the rules of `redocly.yaml`. */
const rules = {
  specification: ['--extends', 'spec'],
  project: ['--config', join(root, 'redocly.yaml')],
} as const;

/** Throws the errors that Redocly finds in an OpenAPI document. */
export async function lintOpenApi(text: string, by: keyof typeof rules): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  try {
    await writeFile(join(folder, 'openapi.json'), text);
    // No network: neither update checks nor telemetry.
    const env = {
      ...process.env,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    };
    // A separate folder, so that Redocly finds no other configuration.
    await promisify(execFile)(process.execPath, [redocly, 'lint', 'openapi.json', ...rules[by]], {
      env,
      cwd: folder,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    assert.fail(`${stdout}\n${stderr}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

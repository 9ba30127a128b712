import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js');

/** `specification`: whether it is OpenAPI at all. `project`: by the rules of `redocly.yaml` as well. */
const rules = {
  specification: ['--extends', 'spec'],
  project: ['--config', join(root, 'redocly.yaml')],
} as const;

/** Fails with what Redocly finds wrong in an OpenAPI document. */
export async function lintOpenApi(text: string, by: keyof typeof rules): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  try {
    await writeFile(join(folder, 'openapi.json'), text);
    // Asks nobody: neither for newer versions of itself nor to tell that it ran.
    const env = {
      ...process.env,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    };
    // A folder of its own, so that it finds no other configuration.
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

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describeApi } from '../../../src/main/compose/describe-api.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';

interface Described {
  readonly summary?: string;
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, { readonly headers?: Readonly<object> }>>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const text = await describeApi(readConfig({}));
const { paths } = JSON.parse(text) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

test('the document lints clean', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'openapi-')), 'openapi.json');
  await writeFile(file, text);
  const redocly = join(root, 'node_modules/@redocly/cli/bin/cli.js');
  const config = join(root, 'redocly.yaml');
  try {
    // Asks nobody: neither for newer versions of itself nor to tell that it ran.
    const env = {
      ...process.env,
      REDOCLY_TELEMETRY: 'off',
      REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    };
    await promisify(execFile)(process.execPath, [redocly, 'lint', file, '--config', config], {
      env,
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    assert.fail(`${stdout}\n${stderr}`);
  }
});

test('every operation has a summary, and every body an example', () => {
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { summary, requestBody }] of Object.entries(methods)) {
      const about = `${method} ${path}`;
      assert.ok(summary, about);
      for (const { example } of Object.values(requestBody?.content ?? {})) {
        assert.notEqual(example, undefined, about);
      }
    }
  }
});

test('what is guarded by a version says so: If-Match, If-None-Match and ETag', () => {
  const parametersOf = ({ parameters = [] }: Described) =>
    parameters.flatMap(({ $ref }) => ($ref === undefined ? [] : [$ref.split('/').at(-1)]));
  const order = paths['/api/orders/{id}']!.get!;
  assert.ok(parametersOf(order).includes('IfNoneMatch'));
  assert.ok(Object.hasOwn(order.responses['304']!.headers!, 'ETag'));
  const status = paths['/api/orders/{id}/status']!.patch!;
  assert.ok(parametersOf(status).includes('IfMatch'));
  const placed = paths['/api/orders']!.post!.responses['201']!.headers!;
  for (const name of ['ETag', 'Location', 'Idempotent-Replayed']) {
    assert.ok(Object.hasOwn(placed, name), name);
  }
});

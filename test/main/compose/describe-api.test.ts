import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeApi } from '../../../src/main/compose/describe-api.ts';
import { readConfig } from '../../../src/main/config/read-config.ts';
import { lintOpenApi } from '../../support/lint-openapi.ts';

interface Described {
  readonly summary?: string;
  readonly parameters?: readonly { readonly $ref?: string }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: unknown }>>;
  };
  readonly responses: Readonly<Record<string, { readonly headers?: Readonly<object> }>>;
}

const text = await describeApi(readConfig({}));
const { paths } = JSON.parse(text) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
};

test('the document passes the linter', async () => {
  await lintOpenApi(text, 'project');
});

test('every operation has a summary and every body an example', () => {
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

test('versioned resources document If-Match, If-None-Match and ETag', () => {
  const listParameters = ({ parameters = [] }: Described) =>
    parameters.flatMap(({ $ref }) => ($ref === undefined ? [] : [$ref.split('/').at(-1)]));
  const order = paths['/api/orders/{id}']!.get!;
  assert.ok(listParameters(order).includes('IfNoneMatch'));
  assert.ok(Object.hasOwn(order.responses['304']!.headers!, 'ETag'));
  const status = paths['/api/orders/{id}/status']!.patch!;
  assert.ok(listParameters(status).includes('IfMatch'));
  const placed = paths['/api/orders']!.post!.responses['201']!.headers!;
  for (const name of ['ETag', 'Location', 'Idempotent-Replayed']) {
    assert.ok(Object.hasOwn(placed, name), name);
  }
});

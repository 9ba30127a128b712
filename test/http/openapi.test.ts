import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintOpenApi } from '../support/lint-openapi.ts';
import { testServer } from './support.ts';

interface Described {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: object }>
  >;
  readonly 'x-access'?: {
    readonly roles: readonly string[];
    readonly scopes: readonly string[];
    readonly guests?: true;
  };
}

interface Parameter {
  readonly $ref?: string;
  readonly in?: string;
  readonly name?: string;
  readonly required?: boolean;
}

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const server = await testServer();
const text = await (await fetch(`${server.url}/openapi.json`)).text();
const document = JSON.parse(text) as Document;

function operations(): [path: string, method: string, described: Described][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, described]) => [path, method, described] as [string, string, Described],
    ),
  );
}

function operation(id: string): Described {
  const found = operations().find(([, , described]) => described.operationId === id);
  assert.ok(found, id);
  return found[2];
}

test('the document is valid OpenAPI 3.1', async () => {
  await lintOpenApi(text, 'specification');
});

test('the document states its title and its server', () => {
  assert.equal(document.openapi, '3.1.0');
  assert.equal(document.info.version, '1.2.3');
  assert.equal(document.servers[0]?.url, 'https://shop.example');
});

test('every reference resolves', () => {
  const references = [...text.matchAll(/"\$ref":"#\/components\/([^/"]+)\/([^"]+)"/g)];
  assert.ok(references.length > 20);
  for (const [, kind, name] of references) {
    assert.ok(document.components[kind as string]?.[name as string], `${kind}/${name}`);
  }
  assert.equal(references.length, text.split('"$ref"').length - 1);
});

test('operation ids are unique, path parameters are declared, and every response is described', () => {
  const ids = operations().map(([, , { operationId }]) => operationId);
  assert.equal(new Set(ids).size, ids.length);
  for (const [path, method, described] of operations()) {
    const about = `${method} ${path}`;
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const declared = (described.parameters ?? []).filter((parameter) => parameter.in === 'path');
    assert.deepEqual(
      declared.map(({ name }) => name),
      inPath,
      about,
    );
    assert.ok(
      declared.every(({ required }) => required === true),
      about,
    );
    for (const [status, response] of Object.entries(described.responses)) {
      assert.ok(response.description.length > 0, `${about} ${status}`);
      if (Number(status) >= 400) {
        assert.deepEqual(Object.keys(response.content ?? {}), ['application/problem+json'], about);
      }
    }
  }
});

test('pages and the routes of the reference are omitted', () => {
  for (const path of Object.keys(document.paths)) assert.match(path, /^\/api\//);
});

test('an operation names its possible errors and who may call it', () => {
  const made = operation('makeThing');
  assert.deepEqual(made['x-access'], {
    roles: ['customer', 'admin'],
    scopes: ['catalog:write'],
    guests: true,
  });
  assert.deepEqual(made.security, [{ bearer: [] }, { sessionCookie: [] }, { orderToken: [] }]);
  assert.deepEqual(operation('getThing').security, [{ bearer: [] }, { sessionCookie: [] }]);
  assert.ok(made.parameters?.some(({ $ref }) => $ref === '#/components/parameters/IdempotencyKey'));
  assert.deepEqual(Object.keys(made.responses), [
    '201',
    '400',
    '401',
    '403',
    '408',
    '409',
    '413',
    '415',
    '422',
    '500',
    '503',
  ]);
  assert.match(JSON.stringify(made.responses['409']), /things\.taken/);
  assert.match(JSON.stringify(made.responses['409']), /idempotency\.in_flight/);
  const listed = operation('listThings');
  assert.deepEqual(listed.security, [{}, { bearer: [] }, { sessionCookie: [] }]);
  assert.deepEqual(Object.keys(listed.responses), ['200', '400', '401', '500', '503']);
  assert.deepEqual(operation('logIn').security, []);
});

test('an optional body is not required, and an operation without a body has none', () => {
  assert.equal(operation('makeThing').requestBody?.required, true);
  assert.equal(operation('renameThing').requestBody?.required, false);
  assert.equal(operation('touchThing').requestBody, undefined);
  assert.equal(operation('removeThing').requestBody, undefined);
});

test('a shape with a title appears once, under its name', () => {
  assert.ok(document.components.schemas?.Money);
  assert.equal(text.split('"title":"Money"').length - 1, 1);
});

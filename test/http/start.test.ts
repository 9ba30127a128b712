import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Type } from 'typebox';
import { createHttpServer } from '../../src/http/server.ts';
import { testOptions } from './support.ts';

const shellOnly = {
  getOpenApiDocument: 'anyone',
  getProblemPage: 'anyone',
  getIcon: 'anyone',
  getDocs: 'anyone',
} as const;

const handler = async () => ({});

test('a route without an operation id prevents the start and is named', async () => {
  const app = await createHttpServer(testOptions());
  assert.throws(
    () => app.get('/api/forgotten', handler),
    /GET \/api\/forgotten has no schema\.operationId/,
  );
});

test('a route without an access rule prevents the start and is named', async () => {
  const app = await createHttpServer(testOptions());
  for (const operationId of ['forgetThing', 'toString', '__proto__']) {
    assert.throws(
      () => app.get('/api/forgotten', { schema: { operationId } }, handler),
      /GET \/api\/forgotten has no access rule/,
      operationId,
    );
  }
});

test('an access rule without a route prevents the start, unless that is allowed', async () => {
  const accessTable = { ...shellOnly, forgottenThing: 'anyone' } as const;
  const strict = await createHttpServer(testOptions({ accessTable }));
  await assert.rejects(async () => strict.ready(), /rules without a route: forgottenThing/);
  const lenient = await createHttpServer(testOptions({ accessTable, everyRuleNeedsRoute: false }));
  await lenient.ready();
});

test('a path parameter without a schema prevents the start', async () => {
  const app = await createHttpServer(testOptions());
  assert.throws(
    () => app.get('/api/things/:id', { schema: { operationId: 'getThing' } }, handler),
    /no schema\.params/,
  );
});

test('two shapes with one title prevent the start', async () => {
  const accessTable = { ...shellOnly, getThing: 'anyone', listThings: 'anyone' } as const;
  const app = await createHttpServer(testOptions({ accessTable }));
  const reply = (type: 'a' | 'b') => Type.Object({ [type]: Type.String() }, { title: 'Thing' });
  app.get(
    '/api/a',
    { schema: { operationId: 'getThing', response: { 200: reply('a') } } },
    handler,
  );
  app.get(
    '/api/b',
    { schema: { operationId: 'listThings', response: { 200: reply('b') } } },
    handler,
  );
  await assert.rejects(async () => app.ready(), /Two shapes have the title "Thing"/);
});

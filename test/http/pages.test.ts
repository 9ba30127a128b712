import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellErrors } from '../../src/http/index.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { defineErrors } from '../../src/shared/errors.ts';
import { testOptions, testServer, thingErrors } from './support.ts';

const server = await testServer();

async function page(path: string): Promise<string> {
  const response = await fetch(server.url + path);
  assert.equal(response.status, 200, path);
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/, path);
  return response.text();
}

test('every error has a page, listed in the index, that loads nothing from other hosts', async () => {
  const index = await page('/problems');
  for (const { code, status } of [...shellErrors, ...Object.values(thingErrors)]) {
    assert.ok(index.includes(`href="/problems/${code}"`), code);
    const html = await page(`/problems/${code}`);
    assert.ok(html.includes(code) && html.includes(String(status)), code);
    assert.doesNotMatch(html, /(src|href)="(?!\/|data:)/, code);
  }
});

test('every page contains its icon, and /favicon.ico serves one for everything else', async () => {
  for (const path of ['/problems', '/problems/things.taken']) {
    assert.match(await page(path), /<link rel="icon" href="data:image\/svg\+xml,%3Csvg/, path);
  }
  const icon = await fetch(`${server.url}/favicon.ico`);
  assert.equal(icon.status, 200);
  assert.match(icon.headers.get('content-type') ?? '', /^image\/svg\+xml/);
  assert.match(await icon.text(), /^<svg /);
});

test('error descriptions are shown as text, with backquoted parts as code', async () => {
  const html = await page('/problems/things.taken');
  assert.match(html, /There is &lt;one&gt; already\./);
  assert.match(html, /A <code>name<\/code> belongs/);
});

test('an unknown code is a 404', async () => {
  for (const code of ['things.gone', '__proto__', '%3Cscript%3E']) {
    const response = await fetch(`${server.url}/problems/${code}`);
    assert.equal(response.status, 404, code);
    assert.match(response.headers.get('content-type') ?? '', /problem\+json/, code);
  }
});

test('two errors with one code prevent the start', async () => {
  const twice = Object.values(defineErrors('request', { invalid: [400, 'Another.', 'Another.'] }));
  await assert.rejects(createHttpServer(testOptions({ errorCatalogue: twice })), {
    message: 'Two errors have the code request.invalid.',
  });
});

test('the reference and everything it loads come from this server', async () => {
  const html = await page('/docs');
  const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file as string);
  assert.ok(files.length >= 4);
  for (const file of files) {
    assert.match(file, /^\/docs\/static\//);
    const response = await fetch(server.url + file);
    assert.equal(response.status, 200, file);
    await response.body?.cancel();
  }
  assert.equal((await fetch(`${server.url}/docs/static/..%2f..%2fpackage.json`)).status, 404);
  assert.equal((await fetch(`${server.url}/docs/static/nothing.js`)).status, 404);
});

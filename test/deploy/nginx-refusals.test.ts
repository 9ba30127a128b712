import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCatalogue } from '../../src/main/tables/error-catalogue.ts';
import { readText } from './deploy-files.ts';

const nginx = await readText('deploy/nginx/nginx.conf');
const [redirecting, serving] = nginx.split(/^ {2}server \{$/m).slice(1);

test('refusals by nginx read like those of the server', () => {
  const refusals = [...serving!.matchAll(/return (\d+) '(\{.*\})';/g)];
  assert.ok(refusals.length >= 9);
  for (const [, status, text] of refusals) {
    const problem = JSON.parse(text!) as Record<string, unknown>;
    const known = errorCatalogue.find(({ code }) => code === problem.code)!;
    assert.equal(problem.title, known.title);
    assert.equal(problem.status, known.status);
    assert.equal(Number(status), known.status);
    assert.equal(problem.type, `$public_path/problems/${known.code}`);
  }
});

test('nginx has a refusal of its own for every status that it can answer itself', () => {
  const handled = [...serving!.matchAll(/^ +error_page ([\d ]+)/gm)].flatMap(([, statuses]) =>
    statuses!.trim().split(' '),
  );
  // Source: nginx, src/http/ngx_http_request.h, as far as this configuration can lead to them.
  for (const status of [400, 404, 405, 408, 413, 414, 429, 494, 495, 496, 497, 500, 502, 504]) {
    assert.ok(handled.includes(String(status)), String(status));
  }
});

test('nginx tells nobody its version, and speaks in clear text only to redirect', () => {
  assert.match(nginx, /server_tokens off;/);
  assert.doesNotMatch(redirecting!, /proxy_pass/);
  assert.match(serving!, /include tls\.conf;/);
});

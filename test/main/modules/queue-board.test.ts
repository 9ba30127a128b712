import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { skipWithoutBrowser, startBrowser } from '../../support/browser.ts';
import { testDatabase } from '../../support/database.ts';
import { redisMissing, startRedis } from '../../support/redis-server.ts';
import { startTestServer } from '../../support/server.ts';
import { until } from '../../support/until.ts';

const db = await testDatabase();

describe('Bull Board', { skip: redisMissing }, async () => {
  if (redisMissing !== false) return;
  const redis = await startRedis();
  const environment = { QUEUE_DRIVER: 'bullmq', REDIS_URL: redis.url };
  const server = await startTestServer(db, { background: true, environment });

  test('is for admins only', async () => {
    const paths = ['', '/queue/orders', '/api/queues', '/static/images/logo.svg'];
    const customer = await server.signUp();
    const kitchen = await server.signInAs('kitchen');
    for (const path of paths.map((path) => `/admin/queues${path}`)) {
      assert.equal((await server.anonymous.get(path)).status, 401, path);
      assert.equal((await customer.get(path)).status, 403, path);
      assert.equal((await kitchen.get(path)).json().code, 'auth.forbidden', path);
    }
  });

  test('offers no operation that changes anything', async () => {
    const admin = await server.asAdmin();
    for (const [method, path] of [
      ['PUT', '/api/queues/orders/empty'],
      ['PUT', '/api/queues/orders/pause'],
      ['PUT', '/api/queues/orders/1/retry'],
      ['POST', '/api/queues/orders/add'],
    ] as const) {
      const reply = await admin.request(method, `/admin/queues${path}`, { body: {} });
      assert.ok([404, 405].includes(reply.status), `${method} ${path}: ${reply.status}`);
    }
  });

  test('serves no files but its own', async () => {
    const admin = await server.asAdmin();
    for (const path of ['../index.ejs', '..%2findex.ejs', '%2e%2e/package.json', 'nothing.js']) {
      const reply = await admin.get(`/admin/queues/static/${path}`);
      assert.ok([400, 404].includes(reply.status), `${path}: ${reply.status}`);
    }
  });

  test('shows an admin the queues in the browser and loads nothing from other hosts', {
    skip: skipWithoutBrowser,
  }, async () => {
    const browser = await startBrowser();
    const admin = await server.asAdmin();
    const context = await browser!.newContext();
    await context.addCookies([
      { name: 'holdfast_access', value: admin.identity.accessToken, url: server.url },
    ]);
    const page = await context.newPage();
    const policies: string[] = [];
    page.on('response', (reply) => policies.push(reply.headers()['content-security-policy'] ?? ''));
    const complaints: string[] = [];
    const hosts = new Set<string>();
    page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await until(async () => {
      const reply = await admin.get('/admin/queues/api/queues');
      assert.ok(reply.json<{ queues: unknown[] }>().queues.length > 0);
    });
    await page.goto(`${server.url}/admin/queues`);
    await page.getByRole('link', { name: 'orders-high' }).first().click();
    await page.waitForURL('**/admin/queues/queue/orders-high**');
    await page.getByText('Failed', { exact: false }).first().waitFor();
    // A page below the board's own path, whose relative addresses would lead elsewhere.
    await page.reload();
    await page.getByText('Failed', { exact: false }).first().waitFor();
    await page.locator('img[src$="logo.svg"]').waitFor();
    assert.deepEqual(complaints, []);
    assert.ok(policies.length > 0 && policies.every((one) => one.includes("base-uri 'none'")));
    assert.deepEqual([...hosts], [server.url]);
  });

  test('loads what it needs below the path of PUBLIC_URL', async () => {
    const below = await startTestServer(db, {
      environment: { ...environment, PUBLIC_URL: 'https://example.com/holdfast' },
    });
    const admin = await below.asAdmin();
    const { text } = await admin.get('/holdfast/admin/queues');
    const base = '/holdfast/admin/queues/';
    const script = await admin.get(`${base}base.js`);
    assert.ok(script.text.includes(`'href', "${base}"`), script.text);
    const files = [...text.matchAll(/<(?:script|link)\b[^>]* (?:src|href)="([^"]*)"/g)].map(
      ([, file = '']) => file,
    );
    assert.ok(files.length > 5);
    for (const path of [...files, `${base}api/queues`]) {
      assert.ok(path.startsWith(base), path);
      assert.equal((await admin.get(path)).status, 200, path);
    }
    await below.stop();
  });
});

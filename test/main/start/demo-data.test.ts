import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activeDemoUsers, loadDemoData } from '../../../src/main/start/demo-data.ts';
import { demoMenu } from '../../../src/main/start/demo-menu.ts';
import { disable } from '../../../src/modules/accounts/index.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const { catalog } = server.application.modules;

test('servers that start together load the demo data once, and the demo passwords work', async () => {
  const results = await Promise.all(
    Array.from({ length: 4 }, () => loadDemoData(db.database, catalog, 'GBP')),
  );
  const loaded = results.filter((accounts) => accounts !== null);
  assert.equal(loaded.length, 1);
  for (const { email, password, role, vip } of loaded[0]!) {
    const reply = await server.anonymous.post('/api/auth/login', { email, password });
    assert.equal(reply.status, 200, reply.text);
    const { user } = reply.json<{ user: { role: string; vip: boolean } }>();
    assert.deepEqual([user.role, user.vip], [role, vip]);
  }
  const menu = await server.anonymous.get('/api/products?limit=100&available=true');
  assert.equal(menu.json<{ data: unknown[] }>().data.length, demoMenu.length);
});

test('a database that is not empty stays unchanged', async () => {
  assert.equal(await loadDemoData(db.database, catalog, 'GBP'), null);
});

test('demo users are reported until they can no longer sign in', async () => {
  const emails = await activeDemoUsers(db.database);
  assert.equal(emails.length, 4);
  for (const email of emails.filter((email) => !email.startsWith('admin'))) {
    await disable(db.database, email);
  }
  assert.deepEqual(await activeDemoUsers(db.database), ['admin@holdfast.example']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findAudit } from '../../support/audit-rows.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const server = await startTestServer(db, { environment: { TRUSTED_PROXIES: '127.0.0.1/32' } });

test('a row has the address as the trusted proxies tell it, and never a text that is none', async () => {
  const customer = await server.signUp();
  const told = ['203.0.113.9', '::ffff:203.0.113.9', '2001:db8::7', 'ann@example.com'];
  for (const [index, forwarded] of told.entries()) {
    const headers = { 'x-forwarded-for': forwarded };
    const reply = await customer.patch('/api/auth/profile', { name: `Ann ${index}` }, headers);
    assert.equal(reply.status, 200, reply.text);
  }
  const rows = await findAudit(db.database);
  assert.deepEqual(
    rows.flatMap(({ type, address }) => (type === 'user.changed' ? [address] : [])),
    ['203.0.113.9', '203.0.113.9', '2001:db8::7', '127.0.0.1'],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { addProduct } from '../support/shop.ts';
import { newEmail, orderOf } from '../support/strangers.ts';
import { query, until } from '../support/until.ts';

const db = await testDatabase();
const PUBLIC_URL = 'https://shop.example';
const { sku } = await addProduct(db.database, { priceMinor: 1_000, onHand: 100 });
const evil = {
  host: 'evil.example',
  'x-forwarded-host': 'evil.example',
  'x-forwarded-proto': 'http',
  'x-forwarded-port': '8080',
  forwarded: 'for=203.0.113.9;host=evil.example;proto=http',
};

for (const [who, trusted] of [
  ['anybody', ''],
  ['a trusted proxy', '127.0.0.1/32'],
] as const) {
  const server = await startTestServer(db, {
    background: true,
    environment: { PUBLIC_URL, TRUSTED_PROXIES: trusted, GUEST_CHECKOUT: 'true' },
  });

  test(`every address in replies and mails begins with PUBLIC_URL, whatever ${who} claims`, async () => {
    const customer = await server.signUp();
    const placed = await customer.post('/api/orders', orderOf(sku), evil);
    const { id } = placed.json<{ id: string }>();
    const paying = await customer.post('/api/payments/initiate', { orderId: id }, evil);
    const refused = await customer.get('/api/nothing', evil);
    const document = await server.anonymous.get('/openapi.json', evil);
    const { email } = customer.identity;
    const asked = await server.anonymous.post('/api/auth/password/forgot', { email }, evil);
    assert.ok(asked.status < 300, asked.text);
    const admin = await server.asAdmin();
    const mail = await until(async () => {
      const { data } = (await admin.get('/api/operations/mail?limit=100')).json<{
        data: { to: string; kind: string; text: string }[];
      }>();
      const found = data.find(({ to, kind }) => to === email && kind === 'password.reset');
      assert.ok(found);
      return found;
    });
    assert.ok(mail.text.includes(`${PUBLIC_URL}/`));
    const { checkoutUrl } = paying.json<{ checkoutUrl: string }>();
    const { type } = refused.json<{ type: string }>();
    for (const url of [checkoutUrl, type]) assert.ok(url.startsWith(`${PUBLIC_URL}/`), url);
    assert.equal(placed.headers.get('location'), `/api/orders/${id}`);
    for (const text of [placed.text, paying.text, refused.text, document.text, mail.text]) {
      assert.ok(!text.includes('evil.example'));
    }
  });

  test(`the address of a client is forwarded only by a trusted proxy: ${who}`, async () => {
    const email = newEmail();
    const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.77' };
    const reply = await server.anonymous.post('/api/orders', orderOf(sku, { email }), headers);
    assert.equal(reply.status, 201, reply.text);
    const [row] = await query(
      db.url,
      `select guest_network as network from orders where guest_email_key = '${email}'`,
    );
    // The last address is the one that the proxy itself saw.
    assert.equal(row!.network, trusted === '' ? '127.0.0.1' : '198.51.100.77');
  });
}

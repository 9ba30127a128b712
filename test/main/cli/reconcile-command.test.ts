import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';
import { TEST_ENCRYPTION_KEY } from '../../support/encryption-key.ts';
import { startTestServer } from '../../support/server.ts';
import { addProduct } from '../../support/shop.ts';

const db = await testDatabase();
const SANDBOX_WEBHOOK_SECRET = `whsec_${'c2VjcmV0'.repeat(5)}`;
// No background work runs, so the sandbox's webhooks never arrive.
const server = await startTestServer(db, { environment: { SANDBOX_WEBHOOK_SECRET } });
const environment = {
  DATABASE_URL: db.url,
  PUBLIC_URL: server.url,
  ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
  SANDBOX_WEBHOOK_SECRET,
};

test('"holdfast reconcile" finds and repairs a payment whose webhook never arrived', async () => {
  const { sku } = await addProduct(db.database);
  const customer = await server.signUp();
  const placed = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
  const { id: orderId } = placed.json<{ id: string }>();
  const begun = await customer.post('/api/payments/initiate', { orderId });
  const { payment, checkoutUrl } = begun.json<{ payment: { id: string }; checkoutUrl: string }>();
  const reference = new URL(checkoutUrl).pathname.split('/').at(-1);
  const paid = await server.anonymous.post(`/sandbox/sessions/${reference}/actions`, {
    action: 'pay',
  });
  assert.equal(paid.status, 202, paid.text);

  const healed = await runCommand(['reconcile', '--hours', '1'], { environment });
  assert.equal(healed.code, 0, healed.stderr);
  assert.match(healed.stdout, new RegExp(`repaired\\s+${payment.id}\\s+the charge \\S+ was paid`));
  const order = (await customer.get(`/api/orders/${orderId}`)).json();
  assert.deepEqual([order.status, order.paymentStatus], ['CONFIRMED', 'PAID']);

  const again = await runCommand(['reconcile', '--json'], { environment });
  assert.deepEqual((JSON.parse(again.stdout) as { healed: unknown[] }).healed, []);
});

test('"holdfast reconcile" exits with 1 and names what it could not check if the provider is unreachable', async () => {
  const unreachable = { ...environment, SANDBOX_URL: 'http://127.0.0.1:9' };
  const { code, stdout } = await runCommand(['reconcile'], { environment: unreachable });
  assert.equal(code, 1);
  assert.match(stdout, /UNREACHABLE/);
});

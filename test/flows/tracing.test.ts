import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testDatabase } from '../support/database.ts';
import { startTestServer } from '../support/server.ts';
import { startSmtpServer } from '../support/smtp-server.ts';
import { type CollectedSpan, startTraceCollector } from '../support/trace-collector.ts';
import { until } from '../support/until.ts';
import { addEndpoint, addStock, placeOrder } from '../support/webhooks.ts';

const collector = await startTraceCollector();
const db = await testDatabase();
const smtp = await startSmtpServer();
const server = await startTestServer(db, {
  background: true,
  environment: {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    MAIL_DRIVER: 'smtp',
    SMTP_URL: smtp.url,
    MAIL_FROM: 'orders@shop.example',
  },
});
const admin = await server.asAdmin();
const customer = await server.signUp();
await addStock(admin, 'NAAN');

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpanId = '00f067aa0ba902b7';

/** Waits for a span of this name and returns the first. */
function findSpan(name: string, ofTrace = traceId): Promise<CollectedSpan> {
  return until(async () => {
    const found = collector.spans.find((span) => span.name === name && span.traceId === ofTrace);
    const names = collector.spans.filter((span) => span.traceId === ofTrace).map((it) => it.name);
    assert.ok(found !== undefined, `no span ${name} among ${names.join(', ')}`);
    return found;
  });
}

test('one trace leads from the caller through the request, the event and the jobs to the mail and the webhook', async () => {
  const { receiver } = await addEndpoint(admin, ['order.placed']);
  const orderId = await placeOrder(customer, 'NAAN', {
    traceparent: `00-${traceId}-${callerSpanId}-01`,
  });
  const request = await findSpan('placeOrder');
  assert.deepEqual([request.parentSpanId, request.kind], [callerSpanId, 2]);
  const attributes = new Map(request.attributes.map(({ key, value }) => [key, value]));
  assert.deepEqual(attributes.get('http.response.status_code'), { intValue: 201 });
  assert.deepEqual(attributes.get('http.route'), { stringValue: '/api/orders' });
  const statement = await findSpan('orders.insert');
  assert.deepEqual([statement.parentSpanId, statement.kind], [request.spanId, 3]);
  for (const [job, call] of [
    ['webhooks.deliver', 'webhook'],
    ['notifications.send-mail', 'mail smtp'],
  ] as const) {
    const work = await findSpan(job);
    assert.deepEqual([work.parentSpanId, work.kind], [request.spanId, 5]);
    const outside = await findSpan(call);
    assert.deepEqual([outside.parentSpanId, outside.kind], [work.spanId, 3]);
  }
  const delivered = await findSpan('webhooks.deliver');
  const [event] = receiver.ofOrder(orderId);
  assert.equal(event!.headers.traceparent, `00-${traceId}-${delivered.spanId}-01`);
});

test('the history names the trace but no span', async () => {
  const orderId = await placeOrder(customer, 'NAAN', {
    traceparent: `00-${traceId}-${callerSpanId}-01`,
  });
  const reply = await admin.get(`/api/orders/${orderId}/history`);
  const [placed] = reply.json<{ data: { cause: object }[] }>().data;
  assert.deepEqual(Object.keys(placed!.cause).sort(), ['requestId', 'traceId']);
});

test('a request without a traceparent starts a new trace, which its event names', async () => {
  const orderId = await placeOrder(customer, 'NAAN');
  const reply = await admin.get(`/api/orders/${orderId}/history`);
  const [placed] = reply.json<{ data: { cause: { traceId: string } }[] }>().data;
  const own = placed!.cause.traceId;
  assert.notEqual(own, traceId);
  const request = await findSpan('placeOrder', own);
  assert.equal(request.parentSpanId, undefined);
  await findSpan('webhooks.deliver', own);
});

test('spans contain no personal texts and no secrets, and pollers create none', async () => {
  const password = 'a wrong password';
  await server.anonymous.post('/api/auth/login', { email: 'who@example.com', password });
  await until(async () => assert.ok(collector.spans.some(({ name }) => name === 'logIn')));
  const all = JSON.stringify(collector.spans);
  for (const text of [password, 'who@example.com', customer.identity.accessToken]) {
    assert.equal(all.includes(text), false, text);
  }
  const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const strangers = roots.filter(({ kind }) => kind !== 2 && kind !== 5);
  assert.deepEqual(
    strangers.map(({ name }) => name),
    [],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newId } from '../../../src/shared/ids.ts';
import { isWebhookSecret } from '../../../src/shared/standard-webhooks.ts';
import { testDatabase } from '../../support/database.ts';
import { startTestServer } from '../../support/server.ts';

const db = await testDatabase();
const server = await startTestServer(db);
const admin = await server.asAdmin();
const PATH = '/api/webhook-endpoints';
const input = { url: 'https://receiver.example/hooks?shop=1', eventTypes: ['order.placed'] };

interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly eventTypes: string[];
  readonly active: boolean;
  readonly secret?: string;
}

async function create(headers: Record<string, string> = {}): Promise<Endpoint> {
  const reply = await admin.post(PATH, input, headers);
  assert.equal(reply.status, 201, reply.text);
  const endpoint = reply.json<Endpoint>();
  assert.equal(reply.headers.get('location'), `${PATH}/${endpoint.id}`);
  return endpoint;
}

test('an endpoint is created with a secret that is shown once and omitted from reads', async () => {
  const { secret, ...shown } = await create();
  assert.ok(isWebhookSecret(secret!));
  assert.deepEqual((await admin.get(`${PATH}/${shown.id}`)).json(), shown);
  const listed = await admin.get(PATH);
  assert.deepEqual(listed.json<{ data: Endpoint[] }>().data[0], shown);
  const { id, url, eventTypes, active } = shown;
  assert.deepEqual({ url, eventTypes, active }, { ...input, active: true });
  assert.match(id, /^[0-9a-f-]{36}$/);
});

test('a repeat with the same idempotency key creates no second endpoint and shows no secret, and none is stored with it', async () => {
  const first = await create({ 'idempotency-key': 'once' });
  const repeat = await create({ 'idempotency-key': 'once' });
  const { secret, ...shown } = first;
  assert.deepEqual(repeat, shown);
  const path = `${PATH}/${first.id}/rotate-secret`;
  const rotated = await admin.post(path, {}, { 'idempotency-key': 'turn' });
  const again = await admin.post(path, {}, { 'idempotency-key': 'turn' });
  const { secret: next, ...known } = rotated.json<{ secret: string }>();
  assert.ok(isWebhookSecret(next) && next !== secret);
  assert.deepEqual(again.json(), known);
  const stored = await db.database.run<{ result: string }>(
    'test.stored_results',
    'select result from idempotency_keys',
    [],
  );
  assert.ok(stored.length >= 2);
  assert.ok(stored.every(({ result }) => !result.includes('whsec_')));
});

test('targets that are private, not http, or contain a password are refused on creation and on change', async () => {
  const { id } = await create();
  const urls = [
    'http://127.0.0.1/hooks',
    'http://127.1:9000/',
    'http://2130706433/',
    'https://10.1.2.3/',
    'http://192.168.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://localhost:3000/',
    'http://shop.LOCALHOST./',
    'ftp://receiver.example/',
    'file:///etc/passwd',
    'https://user:password@receiver.example/',
    'https://receiver.example/#fragment',
    'https://receiver.example:99999/',
    'https://',
    'receiver.example',
    'https://receiver.example/a b',
  ];
  for (const url of urls) {
    for (const reply of [
      await admin.post(PATH, { ...input, url }),
      await admin.patch(`${PATH}/${id}`, { url }),
    ]) {
      assert.equal(reply.status, 400, `${url}: ${reply.text}`);
      const { code, errors } = reply.json<{ code: string; errors: { pointer: string }[] }>();
      assert.deepEqual([code, errors[0]?.pointer], ['request.invalid', '/url'], url);
    }
  }
});

test('system ports and metadata of clouds are refused, even where private targets are allowed', async () => {
  const lenient = await startTestServer(db, {
    environment: { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' },
  });
  const session = await lenient.asAdmin();
  const made = await session.post(PATH, { ...input, url: 'http://10.1.2.3:8080/' });
  const { id } = made.json<{ id: string }>();
  assert.equal(made.status, 201, made.text);
  for (const url of [
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://metadata.google.internal/',
    'http://10.1.2.3:25/',
    'https://receiver.example:22/',
  ]) {
    for (const reply of [
      await session.post(PATH, { ...input, url }),
      await session.patch(`${PATH}/${id}`, { url }),
    ]) {
      assert.equal(reply.status, 400, `${url}: ${reply.text}`);
      assert.equal(reply.json<{ errors: { pointer: string }[] }>().errors[0]?.pointer, '/url', url);
    }
  }
});

test('event types must be from the list, each once, or * alone', async () => {
  for (const eventTypes of [
    [],
    ['order.imported'],
    ['order.placed', 'order.placed'],
    ['*', 'order.placed'],
    '*',
  ]) {
    const reply = await admin.post(PATH, { ...input, eventTypes });
    assert.equal(reply.status, 400, JSON.stringify(eventTypes));
  }
  assert.equal((await admin.post(PATH, { ...input, eventTypes: ['*'] })).status, 201);
});

test('an endpoint can be changed in part, switched off and deleted, and is then not found', async () => {
  const { id } = await create();
  const path = `${PATH}/${id}`;
  const changed = await admin.patch(path, { eventTypes: ['*'], active: false });
  assert.deepEqual(
    [changed.status, changed.json().eventTypes, changed.json().active, changed.json().url],
    [200, ['*'], false, input.url],
  );
  assert.equal((await admin.patch(path, {})).status, 400);
  assert.equal((await admin.delete(path)).status, 204);
  const gone = [
    await admin.get(path),
    await admin.patch(path, { active: true }),
    await admin.delete(path),
    await admin.post(`${path}/rotate-secret`),
    await admin.post(`${path}/test`),
    await admin.get(`${path}/deliveries`),
    await admin.post(`${path}/deliveries/${newId()}/redeliver`),
    await admin.post(`${path}/replay`, {
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-02T00:00:00.000Z',
    }),
  ];
  for (const reply of gone) assert.equal(reply.json().code, 'webhooks.not_found', reply.text);
  const listed = (await admin.get(`${PATH}?limit=100`)).json<{ data: Endpoint[] }>();
  assert.ok(listed.data.every((endpoint) => endpoint.id !== id));
});

test('a delivery of another endpoint is not found', async () => {
  const [mine, other] = [await create(), await create()];
  const sent = await admin.post(`${PATH}/${mine.id}/test`);
  assert.equal(sent.status, 202, sent.text);
  const { id } = sent.json<{ id: string }>();
  const reply = await admin.post(`${PATH}/${other.id}/deliveries/${id}/redeliver`);
  assert.equal(reply.json().code, 'webhooks.not_found');
});

test('a replay requires a period that ends after it begins, of 31 days at most', async () => {
  const { id } = await create();
  const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();
  for (const [from, to] of [
    [at(2), at(1)],
    [at(1), at(1)],
    [at(1), at(33)],
  ]) {
    const reply = await admin.post(`${PATH}/${id}/replay`, { from, to });
    assert.equal(reply.status, 400, reply.text);
    assert.equal(reply.json<{ errors: { pointer: string }[] }>().errors[0]?.pointer, '/to');
  }
  const reply = await admin.post(`${PATH}/${id}/replay`, {
    from: '2026-01-01T01:00:00+01:00',
    to: at(32),
  });
  assert.equal(reply.status, 202, reply.text);
  assert.deepEqual(reply.json(), { from: at(1), to: at(32) });
});

test('the list of deliveries has no gaps between pages, newest first, also by status', async () => {
  const { id } = await create();
  for (let count = 0; count < 5; count += 1) await admin.post(`${PATH}/${id}/test`);
  const seen: string[] = [];
  let path = `${PATH}/${id}/deliveries?limit=2&status=PENDING`;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const reply = await admin.get(
      cursor === '' ? path : `${path}&cursor=${encodeURIComponent(cursor)}`,
    );
    assert.equal(reply.status, 200, reply.text);
    const page = reply.json<{ data: { id: string }[]; nextCursor: string | null }>();
    seen.push(...page.data.map((delivery) => delivery.id));
    cursor = page.nextCursor;
  }
  assert.equal(new Set(seen).size, 5);
  assert.deepEqual(seen, [...seen].sort().reverse());
  path = `${PATH}/${id}/deliveries?status=DELIVERED`;
  assert.deepEqual((await admin.get(path)).json(), { data: [], nextCursor: null });
  const page = (await admin.get(`${PATH}/${id}/deliveries?limit=2`)).json<{ nextCursor: string }>();
  const foreign = await admin.get(`${path}&cursor=${encodeURIComponent(page.nextCursor)}`);
  assert.equal(foreign.json().code, 'request.invalid_cursor');
});

test('at most a hundred endpoints can be created', async () => {
  const { data } = (await admin.get(`${PATH}?limit=100`)).json<{ data: unknown[] }>();
  const wanted = 100 - data.length;
  for (let created = 0; created < wanted; created += 1) await create();
  const replies = await Promise.all([admin.post(PATH, input), admin.post(PATH, input)]);
  for (const reply of replies) assert.equal(reply.json().code, 'webhooks.endpoint_limit');
});

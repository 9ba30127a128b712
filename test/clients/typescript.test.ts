import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  createHoldfastClient,
  HoldfastError,
  resumeSession,
  type SessionTokens,
  signIn,
} from '@holdfast/client';
import { testDatabase } from '../support/database.ts';
import { startDroppingProxy } from '../support/dropping-proxy.ts';
import { startTestServer } from '../support/server.ts';
import { addStock } from '../support/webhooks.ts';

/** The package as others import it: compiled, and by its name. */
const db = await testDatabase();
const server = await startTestServer(db);
const proxy = await startDroppingProxy(server.url);
await addStock(await server.asAdmin(), 'NAAN');
const body = { items: [{ sku: 'NAAN', quantity: 1 }] };

async function customerClient() {
  const { identity } = await server.signUp();
  return createHoldfastClient({ baseUrl: proxy.url, token: identity.accessToken });
}

/** Returns the requests that arrive while `work` runs. */
async function listRequests(work: () => Promise<unknown>) {
  const before = proxy.requests.length;
  await work();
  return proxy.requests.slice(before);
}

async function catchRefusal(call: Promise<unknown>): Promise<HoldfastError> {
  const error: unknown = await call.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HoldfastError, String(error));
  return error;
}

describe('a call', () => {
  test('is typed by the OpenAPI document, and returns the reply of the server', async () => {
    const client = await customerClient();
    const { data: order, response } = await client.POST('/api/orders', { body });
    assert.equal(response.status, 201);
    const status: 'PENDING' | undefined = order?.status === 'PENDING' ? order.status : undefined;
    assert.equal(status, 'PENDING');
    const { data } = await client.GET('/api/orders/{id}', {
      params: { path: { id: order!.id } },
    });
    assert.equal(data?.total.amount, 100);
    // @ts-expect-error: such a path is not in the document.
    await catchRefusal(client.GET('/api/nothing'));
  });

  test('has typed bills, and reasons for the codes that do not apply', async () => {
    const client = await customerClient();
    const { data: quote } = await client.POST('/api/quotes', {
      body: {
        ...body,
        tip: { amount: 50, currency: 'GBP' },
        fulfilment: { type: 'DINE_IN', table: '7' },
      },
    });
    const { subtotal, tip, total } = quote!.bill;
    assert.deepEqual([subtotal.amount, tip.amount, total.amount], [100, 50, 150]);
    const error = await catchRefusal(
      client.POST('/api/orders', { body: { ...body, discountCodes: ['NONE'] } }),
    );
    assert.equal(error.code, 'discounts.not_applicable');
    assert.deepEqual(error.problem.discounts, [{ code: 'NONE', reason: 'unknown' }]);
  });

  test('with the token of an order acts on that order, and on no other', async () => {
    const { identity } = await server.asAdmin();
    const staff = createHoldfastClient({ baseUrl: proxy.url, token: identity.accessToken });
    const { data: order } = await staff.POST('/api/orders', {
      body: { ...body, guest: { name: 'Ada', phone: '+44 20 7946 0018' } },
    });
    const { data: other } = await (await customerClient()).POST('/api/orders', { body });
    const guest = createHoldfastClient({ baseUrl: proxy.url, token: order!.orderToken! });
    const path = { id: order!.id };
    const { data: changed } = await guest.PATCH('/api/orders/{id}/fulfilment', {
      params: { path },
      body: { instructions: 'Ring twice' },
    });
    assert.equal(changed?.fulfilment.instructions, 'Ring twice');
    const refused = await catchRefusal(
      guest.GET('/api/orders/{id}', { params: { path: { id: other!.id } } }),
    );
    assert.equal(refused.status, 404);
    assert.equal((await catchRefusal(guest.GET('/api/orders'))).status, 403);
    const { data: cancelled } = await guest.POST('/api/orders/{id}/cancel', {
      params: { path },
      body: {},
    });
    assert.equal(cancelled?.status, 'CANCELLED');
  });

  test('carries a key below a base path that resembles the path of the sign-in', async () => {
    const keys: (string | null)[] = [];
    const client = createHoldfastClient({
      baseUrl: 'https://example.com/api/auth/orders/',
      token: 'x',
      fetch: async (request) => {
        assert.equal(request.url, 'https://example.com/api/auth/orders/api/orders');
        keys.push(request.headers.get('idempotency-key'));
        return Response.json({}, { status: 201 });
      },
    });
    await client.POST('/api/orders', { body });
    assert.match(String(keys), /^[0-9a-f]{32}$/);
  });

  test('throws the code, status and other members of a refusal', async () => {
    const client = await customerClient();
    const error = await catchRefusal(
      client.POST('/api/orders', { body: { items: [{ sku: 'NONE', quantity: 1 }] } }),
    );
    assert.equal(error.code, 'catalog.unknown_product');
    assert.equal(error.status, 400);
    assert.equal(error.message, error.problem.detail);
    assert.ok(error.problem.requestId);
  });

  test('whose response is lost after the order was placed creates one order', async () => {
    const client = await customerClient();
    proxy.next('drop', 'drop');
    const requests = await listRequests(async () => {
      const { data: order, response } = await client.POST('/api/orders', { body });
      assert.equal(response.headers.get('idempotent-replayed'), 'true');
      const { data: all } = await client.GET('/api/orders');
      assert.deepEqual(
        all?.data.map(({ id }) => id),
        [order?.id],
      );
    });
    const keys = requests.slice(0, 3).map(({ headers }) => headers['idempotency-key']);
    assert.equal(requests.length, 4);
    assert.ok(keys[0]);
    assert.equal(new Set(keys).size, 1);
  });

  test('without a key is not repeated if a repeat could have a different effect', async () => {
    const client = createHoldfastClient({ baseUrl: proxy.url, token: () => null });
    proxy.next('drop');
    const requests = await listRequests(() =>
      assert.rejects(
        client.POST('/api/auth/signup', {
          body: { email: 'lost@example.com', password: 'a long pass phrase' },
        }),
      ),
    );
    assert.equal(requests.length, 1);
  });

  test('waits as long as Retry-After requests, and then retries', async () => {
    const client = await customerClient();
    proxy.next({ status: 429, headers: { 'retry-after': '1' } });
    const [first, second] = await listRequests(() => client.GET('/api/cart'));
    assert.ok(second!.at - first!.at >= 990, `${second!.at - first!.at} ms`);
  });

  test('waits until the date in Retry-After by the clock of the server', async () => {
    const client = await customerClient();
    const past = (seconds: number) => new Date(Date.UTC(2020, 0, 1, 0, 0, seconds)).toUTCString();
    proxy.next({ status: 503, headers: { date: past(0), 'retry-after': past(1) } });
    const [first, second] = await listRequests(() => client.GET('/api/cart'));
    assert.ok(second!.at - first!.at >= 990, `${second!.at - first!.at} ms`);
  });

  test('fails immediately if it is limited for long', async () => {
    const client = await customerClient();
    proxy.next({ status: 429, headers: { 'retry-after': '900' } });
    const requests = await listRequests(async () => {
      assert.equal((await catchRefusal(client.GET('/api/cart'))).status, 429);
    });
    assert.equal(requests.length, 1);
  });

  test('fails with the last response after the maximum number of attempts', async () => {
    const { identity } = await server.signUp();
    const client = createHoldfastClient({
      baseUrl: proxy.url,
      token: identity.accessToken,
      triesMax: 2,
    });
    proxy.next({ status: 503, headers: {} }, { status: 502, headers: {} });
    const error = await catchRefusal(client.GET('/api/cart'));
    assert.deepEqual([error.status, error.code], [502, 'client.unexpected_answer']);
  });
});

describe('a session', () => {
  let nowMs = Date.now();
  const now = () => nowMs;

  async function start() {
    const { identity } = await server.signUp();
    const notified: SessionTokens[] = [];
    const options = {
      baseUrl: proxy.url,
      now,
      onTokens: (tokens: SessionTokens) => void notified.push(tokens),
    };
    const { email, password } = identity;
    return { options, notified, session: await signIn(options, { email, password }) };
  }

  test('exchanges its token before it expires, once for all calls that need it', async () => {
    const { session, notified } = await start();
    const first = await session.token();
    nowMs += 14.5 * 60_000;
    const requests = await listRequests(() =>
      Promise.all([1, 2, 3].map(() => session.client.GET('/api/auth/profile'))),
    );
    assert.equal(requests.filter(({ path }) => path === '/api/auth/refresh').length, 1);
    assert.notEqual(await session.token(), first);
    assert.equal(notified.length, 2);
    assert.equal(notified[1]?.accessToken, await session.token());
  });

  test('continues when the clock was set back, because the server decides when a token has expired', async () => {
    const { session } = await start();
    const first = await session.token();
    nowMs -= 35 * 60_000;
    // The reply of a server for which the token has expired meanwhile.
    proxy.next({ status: 401, headers: {} });
    const requests = await listRequests(() => session.client.GET('/api/auth/profile'));
    assert.deepEqual(
      requests.map(({ path }) => path),
      ['/api/auth/profile', '/api/auth/refresh', '/api/auth/profile'],
    );
    assert.notEqual(await session.token(), first);
  });

  test('continues when the response to an exchange is lost', async () => {
    const { session } = await start();
    nowMs += 15 * 60_000;
    proxy.next('drop');
    const { data } = await session.client.GET('/api/auth/profile');
    assert.equal(data?.role, 'customer');
    nowMs += 15 * 60_000;
    assert.equal((await session.client.GET('/api/auth/profile')).response.status, 200);
  });

  test('is resumed with the stored refresh token, and ends with a sign-out', async () => {
    const { options, notified } = await start();
    const resumed = await resumeSession(options, notified[0]!.refreshToken);
    assert.equal((await resumed.client.GET('/api/auth/profile')).response.status, 200);
    await resumed.signOut();
    const error = await catchRefusal(resumeSession(options, notified.at(-1)!.refreshToken));
    assert.equal(error.code, 'accounts.refresh_invalid');
  });
});

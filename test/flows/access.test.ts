import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { modules } from '../../src/main/modules/modules.ts';
import { accessTable } from '../../src/main/tables/access-table.ts';
import { type Scope, scopes } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { addGuestOrder, holdToken } from '../support/guests.ts';
import { buildSample, fetchOperations, type Operation } from '../support/openapi.ts';
import { startTestServer } from '../support/server.ts';
import { createSession, type Reply, type Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';

/** Every operation of the OpenAPI document is called as every kind of caller and checked against the access table. */
const db = await testDatabase();
const server = await startTestServer(db);
const operations = (await fetchOperations(server.url)).filter(({ path }) =>
  path.startsWith('/api/'),
);
const admin = await server.asAdmin();
const owner = await server.signUp();
const users = { customer: await server.signUp(), kitchen: await server.signInAs('kitchen'), admin };
const keys = await Promise.all(scopes.map(keyWith));

async function keyWith(scope: Scope): Promise<[Scope, Session]> {
  const reply = await admin.post('/api/api-keys', { name: scope, scopes: [scope] });
  const { id, secret } = reply.json<{ id: string; secret: string }>();
  const identity = { email: '', password: '', accessToken: secret, userId: id };
  return [scope, createSession(server.url, identity)];
}

/** A shop of its own for the call that ends the sessions of everyone. */
const apart = await startTestServer(await testDatabase());

/** Returns a user whose session the call may end, as a logout does, where it ends one. */
async function chooseUser(operation: Operation, role: keyof typeof users): Promise<Session> {
  if (operation.operationId === 'endAllSessions') return apart.signInAs(role);
  if (!operation.path.startsWith('/api/auth/')) return users[role];
  return role === 'customer' ? server.signUp() : server.signInAs(role);
}

/** Makes a well-formed call for things that do not exist, so that an admitted caller changes nothing. */
function call(session: Session, operation: Operation): Promise<Reply> {
  const path = operation.path
    .replace('{id}', newId())
    .replace('{sku}', 'NO-SUCH-SKU')
    .replace('{deliveryId}', newId())
    .replace('{sessionId}', newId());
  const body =
    operation.body === null ? undefined : harmless(operation, buildSample(operation.body));
  return session.request(operation.method, path, body === undefined ? {} : { body });
}

/** Some bodies are for admins only, by a rule of the use case, which the module's own tests check. */
function harmless(operation: Operation, sample: unknown): unknown {
  if (operation.operationId === 'placeOrder') {
    const { override: _, reason: __, ...placement } = sample as Record<string, unknown>;
    return placement;
  }
  if (operation.operationId === 'changeOrderStatus') return { status: 'CONFIRMED' };
  if (operation.operationId === 'updateShopSettings') return { acceptingOrders: true };
  if (operation.operationId === 'placeOrder' || operation.operationId === 'quoteOrder') {
    return { items: [{ sku: 'NO-SUCH-SKU', quantity: 1 }] };
  }
  return sample;
}

function findAccess(operation: Operation) {
  const access = accessTable[operation.operationId];
  assert.ok(access, `${operation.operationId} is not in the access table`);
  return access;
}

function code(reply: Reply): string {
  return reply.status < 400 ? '' : reply.json<{ code: string }>().code;
}

describe('the access table', () => {
  for (const operation of operations) {
    const access = findAccess(operation);
    const name = `${operation.method} ${operation.path}`;
    if (access === 'anyone' || access === 'metrics') continue;

    test(`${name}: closed to anonymous callers`, async () => {
      assert.equal(code(await call(server.anonymous, operation)), 'auth.unauthenticated');
    });

    for (const role of ['customer', 'kitchen', 'admin'] as const) {
      const allowed = access.roles.includes(role);
      test(`${name}: ${allowed ? 'open' : 'closed'} to ${role}`, async () => {
        const reply = await call(await chooseUser(operation, role), operation);
        assert.equal(code(reply) === 'auth.forbidden', !allowed, reply.text);
        assert.notEqual(code(reply), 'auth.unauthenticated');
      });
    }

    for (const [scope, session] of keys) {
      const allowed = access.scopes?.includes(scope) ?? false;
      test(`${name}: ${allowed ? 'open' : 'closed'} to an API key for ${scope}`, async () => {
        const reply = await call(session, operation);
        assert.equal(code(reply) === 'auth.forbidden', !allowed, reply.text);
      });
    }
  }

  test('two session cookies authenticate no one, for any operation', async () => {
    const { accessToken } = admin.identity;
    const headers = {
      cookie: `holdfast_access=${users.customer.identity.accessToken}; holdfast_access=${accessToken}`,
      origin: server.url,
    };
    for (const operation of operations.filter((one) => findAccess(one) !== 'anyone')) {
      const { method, path } = operation;
      const url = path.replace(/\{\w+\}/g, newId());
      const reply = await server.anonymous.request(method, url, { headers });
      assert.equal(code(reply), 'request.malformed', `${method} ${path}`);
    }
  });

  test('operations open to anyone need no credentials', async () => {
    for (const operation of operations.filter((one) => findAccess(one) === 'anyone')) {
      const reply = await call(server.anonymous, operation);
      assert.ok(!['auth.unauthenticated', 'auth.forbidden'].includes(code(reply)), reply.text);
    }
  });

  test('every access rule of a module shown in the reference belongs to a served operation', async () => {
    const served = new Set(
      (await fetchOperations(server.url)).map(({ operationId }) => operationId),
    );
    const shown = modules.declarations.filter(({ tags }) => tags !== undefined);
    const unused = shown
      .flatMap(({ access, probeAccess }) => Object.keys({ ...access, ...probeAccess }))
      .filter((name) => !served.has(name));
    assert.deepEqual(unused, []);
  });
});

describe('orders of other customers', () => {
  test('every operation on an order returns another customer the same 404 as for an unknown order', async () => {
    const product = await admin.post('/api/products', {
      sku: 'MINE',
      name: 'Mine',
      price: { amount: 100, currency: 'GBP' },
      onHand: 10,
    });
    assert.equal(product.status, 201);
    const placed = await owner.post('/api/orders', { items: [{ sku: 'MINE', quantity: 1 }] });
    const { id } = placed.json<{ id: string }>();
    const onOrders = operations.filter(
      (operation) =>
        operation.path.startsWith('/api/orders/{id}') && roles(operation).includes('customer'),
    );
    assert.ok(onOrders.length >= 3);
    for (const operation of onOrders) {
      const replies = await Promise.all(
        [id, newId()].map((orderId) =>
          users.customer.request(operation.method, operation.path.replace('{id}', orderId), {
            ...(operation.body === null ? {} : { body: {} }),
          }),
        ),
      );
      for (const reply of replies)
        assert.equal(code(reply), 'orders.not_found', operation.operationId);
    }
    const listed = await users.customer.get('/api/orders');
    assert.deepEqual(listed.json<{ data: unknown[] }>().data, []);
  });
});

describe('the token of an order', () => {
  /** Orders that it gives no right to: another guest's, and one of an account. */
  const others = [addOrder(), addOrderOf(owner)];
  const held = addOrder();

  /** A new order of a guest with a payment, and who has its token. */
  async function addOrder() {
    const order = await addGuestOrder(db.database);
    return pay(holdToken(server, order), order.id);
  }

  async function addOrderOf(customer: Session) {
    const { sku } = await addProduct(db.database);
    const reply = await customer.post('/api/orders', { items: [{ sku, quantity: 1 }] });
    assert.equal(reply.status, 201, reply.text);
    return pay(customer, reply.json<{ id: string }>().id);
  }

  async function pay(session: Session, orderId: string) {
    const reply = await session.post('/api/payments/initiate', { orderId });
    assert.equal(reply.status, 201, reply.text);
    const { payment } = reply.json<{ payment: { id: string } }>();
    return { session, orderId, paymentId: payment.id };
  }

  /** Makes a well-formed call for one of these things, or for one that does not exist. */
  function callFor(
    session: Session,
    { method, path, body, operationId }: Operation,
    { orderId, paymentId }: { readonly orderId: string; readonly paymentId: string },
  ): Promise<Reply> {
    const id = path.startsWith('/api/payments/') ? paymentId : orderId;
    const url = path
      .replace('{id}', id)
      .replace('{sku}', 'NONE')
      .replace(/\{\w+\}/g, newId());
    if (body === null) return session.request(method, url);
    if (operationId === 'changeFulfilment')
      return session.request(method, url, { body: { instructions: 'Ring twice' } });
    if (operationId === 'initiatePayment')
      return session.request(method, url, { body: { orderId } });
    if (operationId === 'changeFulfilment')
      return session.request(method, url, { body: { instructions: 'Ring twice' } });
    return session.request(method, url, { body: buildSample(body) });
  }

  for (const operation of operations) {
    const access = findAccess(operation);
    const name = `${operation.method} ${operation.path}`;
    if (access === 'metrics') continue;

    if (access === 'anyone') {
      test(`${name}: answers as without the token`, async () => {
        const own = await held;
        const [withToken, without] = [
          await callFor(own.session, operation, own),
          await callFor(server.anonymous, operation, own),
        ];
        if (operation.path.startsWith('/api/auth/')) {
          // Some of these succeed once only.
          assert.ok(!['auth.unauthenticated', 'auth.forbidden'].includes(code(withToken)));
        } else {
          assert.deepEqual([withToken.status, code(withToken)], [without.status, code(without)]);
        }
      });
    } else if (access.guests === true) {
      test(`${name}: open for its own order, which is the only one`, async () => {
        const own = await addOrder();
        for (const other of await Promise.all(others)) {
          const refused = await callFor(own.session, operation, other);
          assert.match(code(refused), /^(orders|payments)\.not_found$/, refused.text);
        }
        const reply = await callFor(own.session, operation, own);
        assert.ok(reply.status < 300, reply.text);
      });
    } else {
      // Somebody without a session could still have its refresh cookie.
      const refusal = access.byRefreshCookie ? 'auth.unauthenticated' : 'auth.forbidden';
      test(`${name}: closed, for its own order and any other`, async () => {
        const own = await held;
        for (const about of await Promise.all([own, ...others])) {
          const reply = await callFor(own.session, operation, about);
          assert.equal(code(reply), refusal, reply.text);
        }
      });
    }
  }

  test('opens these operations and no others', () => {
    const open = operations.filter((operation) => {
      const access = findAccess(operation);
      return typeof access === 'object' && access.guests === true;
    });
    assert.deepEqual(open.map(({ operationId }) => operationId).toSorted(), [
      'cancelOrder',
      'changeFulfilment',
      'getOrder',
      'getOrderHistory',
      'getPayment',
      'initiatePayment',
      'listOrderPayments',
      'streamOrder',
    ]);
  });
});

function roles(operation: Operation): readonly string[] {
  const access = findAccess(operation);
  return typeof access === 'string' ? [] : access.roles;
}

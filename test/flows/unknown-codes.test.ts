import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { addDiscount } from '../support/pricing.ts';
import { startTestServer } from '../support/server.ts';
import type { Reply, Session } from '../support/session.ts';
import { addProduct } from '../support/shop.ts';

const db = await testDatabase();
const product = await addProduct(db.database, { onHand: 1_000 });
const items = [{ sku: product.sku, quantity: 1 }];
await addDiscount(db.database, { code: 'KNOWN', percent: '0' });
await addDiscount(db.database, { code: 'ENDED', active: false });

const environment = {
  PENDING_ORDERS_MAX: '0',
  RATE_LIMIT_CODES: '3/1h',
  TRUSTED_PROXIES: '127.0.0.1/32',
};
const server = await startTestServer(db, { environment });

function quote(session: Session, code: string | null, headers = {}): Promise<Reply> {
  const codes = code === null ? {} : { discountCodes: [code] };
  return session.post('/api/quotes', { items, ...codes }, headers);
}

const guesses = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `GUESS-${from + index}`);

async function countLeft(reply: Promise<Reply>): Promise<string | undefined> {
  const { headers } = await reply;
  return /"codes";r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1];
}

function place(session: Session, code: string, headers = {}): Promise<Reply> {
  return session.post('/api/orders', { items, discountCodes: [code] }, headers);
}

function assertBlocked(reply: Reply): void {
  assert.equal(reply.status, 429, reply.text);
  assert.equal(reply.json().code, 'request.rate_limited');
  const retryAfter = Number(reply.headers.get('retry-after'));
  assert.ok(retryAfter > 3_500 && retryAfter <= 3_600, String(retryAfter));
}

describe('the limit on unknown discount codes', () => {
  test('after three of them every request that names a code is refused, others are not', async () => {
    const customer = await server.signUp();
    for (let left = 2; left >= 0; left -= 1) {
      const reply = await quote(customer, `GUESS-${left}`);
      assert.equal(reply.status, 200, reply.text);
      assert.match(reply.headers.get('ratelimit') ?? '', new RegExp(`"codes";r=${left};`));
    }
    assertBlocked(await quote(customer, 'GUESS'));
    assertBlocked(await quote(customer, 'KNOWN'));
    assertBlocked(await place(customer, 'KNOWN'));
    assert.equal((await quote(customer, null)).status, 200);
    assert.equal((await customer.post('/api/orders', { items })).status, 201);
    assert.equal((await quote(await server.signUp(), 'KNOWN')).status, 200);
  });

  test('refused orders count too, known codes and repeats do not', async () => {
    const customer = await server.signUp();
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal((await quote(customer, ' known ')).status, 200);
      assert.equal((await place(customer, 'ENDED')).status, 409);
    }
    const headers = { 'idempotency-key': newId() };
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal((await place(customer, 'KNOWN', headers)).status, 201);
    }
    for (let tries = 0; tries < 3; tries += 1) {
      const refused = await place(customer, 'GUESS');
      assert.equal(refused.status, 409, refused.text);
      assert.deepEqual(refused.json().discounts, [{ code: 'GUESS', reason: 'unknown' }]);
    }
    assertBlocked(await place(customer, 'KNOWN'));
    assert.equal((await place(customer, '-')).status, 400);
  });

  test('each unknown code of a request counts, however it is named, and known codes do not', async () => {
    const customer = await server.signUp();
    const name = (discountCodes: readonly string[]) =>
      customer.post('/api/quotes', { items, discountCodes });
    assert.equal(await countLeft(name(['KNOWN', 'GUESS', ' guess ', 'ENDED'])), '2');
    const body = { items, discountCodes: guesses(2) };
    assert.equal(await countLeft(customer.post('/api/orders', body)), '0');
    assertBlocked(await name(['KNOWN']));
    const other = await server.signUp();
    const patch = (discountCodes: readonly string[]) => other.patch('/api/cart', { discountCodes });
    assert.equal(await countLeft(patch(guesses(2))), '1');
    assert.equal(await countLeft(patch(['KNOWN', 'ENDED'])), '1');
    assert.equal(await countLeft(patch(guesses(5))), '0');
    assertBlocked(await patch(['KNOWN']));
  });

  test('concurrent requests of five codes try no more codes than the limit', async () => {
    const guessing = await startTestServer(db, {
      environment: { ...environment, RATE_LIMIT_CODES: '20/1h' },
    });
    const customer = await guessing.signUp();
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        customer.post('/api/quotes', { items, discountCodes: guesses(5, 5 * index) }),
      ),
    );
    assert.equal(replies.filter(({ status }) => status === 200).length, 4);
    assert.equal(replies.filter(({ status }) => status === 429).length, 8);
  });

  test('of 30 concurrent guesses three are answered', async () => {
    const customer = await server.signUp();
    const replies = await Promise.all(
      Array.from({ length: 30 }, (_, index) => quote(customer, `GUESS-${index}`)),
    );
    assert.equal(replies.filter(({ status }) => status === 200).length, 3);
    assert.equal(replies.filter(({ status }) => status === 429).length, 27);
  });

  test('30 concurrent requests with a known code all succeed', async () => {
    const customer = await server.signUp();
    const replies = await Promise.all(Array.from({ length: 30 }, () => quote(customer, 'KNOWN')));
    assert.ok(replies.every(({ status }) => status === 200));
  });

  test('strangers are counted by address', async () => {
    const from = (address: string) => ({ 'x-forwarded-for': address });
    for (let tries = 0; tries < 3; tries += 1) {
      assert.equal((await quote(server.anonymous, 'GUESS', from('192.0.2.1'))).status, 200);
    }
    assertBlocked(await quote(server.anonymous, 'KNOWN', from('192.0.2.1')));
    assert.equal((await quote(server.anonymous, 'KNOWN', from('192.0.2.2'))).status, 200);
  });

  test('staff are exempt', async () => {
    const admin = await server.asAdmin();
    for (let tries = 0; tries < 5; tries += 1) {
      assert.equal((await quote(admin, 'GUESS')).status, 200);
    }
  });
});

test('a limit of 0 counts nothing', async () => {
  const unlimited = await startTestServer(db, { environment: { RATE_LIMIT_CODES: '0' } });
  const customer = await unlimited.signUp();
  for (let tries = 0; tries < 30; tries += 1) {
    assert.equal((await quote(customer, `GUESS-${tries}`)).status, 200);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccessTokens } from '../../../src/modules/accounts/tokens/access-tokens.ts';
import { createOrderTokens } from '../../../src/modules/accounts/tokens/order-tokens.ts';
import { newId } from '../../../src/shared/ids.ts';
import { SECRET } from './accounts-fixture.ts';
import { forger } from './forge-token.ts';

const OTHER_SECRET = 'another secret of the tests, long enough';
const options = { secrets: [SECRET], issuer: 'holdfast', audience: 'holdfast/orders' };
const tokens = createOrderTokens(options);
const orderId = newId();
const orderedAt = new Date('2030-01-01T00:00:00.250Z');
const token = tokens.sign(orderId, orderedAt);
const { header, payload, forge } = forger(token, SECRET);

test('an order has one token, on every server and whenever it is issued', () => {
  assert.equal(createOrderTokens(options).sign(orderId, orderedAt), token);
  assert.notEqual(tokens.sign(newId(), orderedAt), token);
});

test('a token states its order and no expiry, and nothing about its customer', () => {
  assert.deepEqual(tokens.verify(token), { orderId });
  assert.deepEqual([header.alg, header.typ], ['HS256', 'order+jwt']);
  assert.deepEqual(payload, {
    iss: 'holdfast',
    aud: 'holdfast/orders',
    sub: orderId,
    iat: Date.parse('2030-01-01T00:00:00Z') / 1000,
    jti: orderId,
  });
});

test('the forged token of the other tests is valid if nothing is changed', () => {
  assert.deepEqual(tokens.verify(forge({})), { orderId });
});

test('a token of another type, audience or issuer, or with another or no signature, is refused', () => {
  const [head, body] = token.split('.');
  const forged = [
    forge({ typ: 'JWT' }),
    forge({ typ: 'at+jwt' }),
    forge({ crit: ['exp'] }),
    forge({ alg: 'HS512' }, {}, SECRET, 'sha512'),
    forge({ kid: 'unknown' }),
    forge({}, { aud: 'holdfast' }),
    forge({}, { aud: 'https://other.example/orders' }),
    forge({}, { iss: 'https://other.example' }),
    forge({}, {}, OTHER_SECRET),
    forge({ alg: 'none' }),
    `${head}.${body}.`,
    `${head}.${body}`,
    `${token}.x`,
    '',
  ];
  for (const text of forged) assert.equal(tokens.verify(text), null, text);
});

test('a token with a missing or malformed claim, or of two orders, is refused', () => {
  for (const name of ['iss', 'aud', 'sub', 'iat', 'jti']) {
    assert.equal(tokens.verify(forge({}, { [name]: undefined })), null, `without ${name}`);
  }
  for (const changed of [{ sub: 'x', jti: 'x' }, { sub: newId() }, { jti: 7 }]) {
    assert.equal(tokens.verify(forge({}, changed)), null, JSON.stringify(changed));
  }
});

test('a token with one character changed is refused', () => {
  for (const at of [5, token.indexOf('.') + 5, token.lastIndexOf('.') + 5]) {
    const other = token[at] === 'A' ? 'B' : 'A';
    assert.equal(tokens.verify(token.slice(0, at) + other + token.slice(at + 1)), null);
  }
});

test('neither kind of token is accepted in place of the other, even with its claims and audience', () => {
  const shared = { secrets: [SECRET], issuer: 'holdfast', audience: 'holdfast' };
  const accessTokens = createAccessTokens({ ...shared, lifetimeSeconds: 900 });
  const claims = {
    userId: newId(),
    role: 'admin',
    vip: false,
    familyId: newId(),
    generation: 1,
    epoch: 0,
    authenticatedAtMs: 0,
    factors: [],
    restriction: null,
    device: '',
  } as const;
  const accessToken = accessTokens.sign(claims, orderedAt, 'id');
  assert.equal(accessTokens.verify(token), null);
  assert.equal(tokens.verify(accessToken), null);
  const asOrder = forger(accessToken, SECRET).forge({}, { aud: 'holdfast/orders' });
  assert.equal(tokens.verify(asOrder), null);
  const accessClaims = { ...forger(accessToken, SECRET).payload, sub: orderId };
  assert.equal(accessTokens.verify(forge({}, accessClaims)), null);
});

test('while secrets rotate, tokens of the old one stay valid', () => {
  const rotating = createOrderTokens({ ...options, secrets: [OTHER_SECRET, SECRET] });
  assert.deepEqual(rotating.verify(token), { orderId });
  assert.notEqual(rotating.sign(orderId, orderedAt), token);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAccessTokens } from '../../../src/modules/accounts/tokens/access-tokens.ts';
import { newId } from '../../../src/shared/ids.ts';
import { SECRET } from './accounts-fixture.ts';
import { forger } from './forge-token.ts';

const OTHER_SECRET = 'another secret of the tests, long enough';
const lifetimeSeconds = 900;
const audience = 'https://shop.example';
const options = { secrets: [SECRET], issuer: audience, audience, lifetimeSeconds };
const tokens = createAccessTokens(options);
const claims = {
  userId: newId(),
  role: 'customer',
  vip: false,
  familyId: newId(),
  generation: 1,
  epoch: 0,
  authenticatedAtMs: Date.parse('2030-01-01T00:00:00Z'),
  factors: [],
  restriction: null,
  device: '',
} as const;
const issuedAt = new Date('2030-01-01T00:00:00.250Z');
const token = tokens.sign(claims, issuedAt, 'id');

const { header, payload, forge } = forger(token, SECRET);

test('a token states its subject, expiry, issuer and audience', () => {
  const expiresAtMs = Date.parse('2030-01-01T00:15:00Z');
  assert.deepEqual(tokens.verify(token), { ...claims, expiresAtMs });
  assert.equal(header.alg, 'HS256');
  assert.equal(header.typ, 'at+jwt');
  assert.equal(typeof header.kid, 'string');
  assert.equal(payload.iss, audience);
  assert.equal(payload.aud, audience);
  assert.equal(payload.exp, expiresAtMs / 1000);
});

test('the forged token of the other tests is valid if nothing is changed', () => {
  assert.notEqual(tokens.verify(forge({})), null);
});

test('a token without a signature is refused', () => {
  const [head, body] = forge({ alg: 'none' }).split('.');
  for (const bare of [`${head}.${body}.`, `${head}.${body}`, forge({ alg: 'None' })]) {
    assert.equal(tokens.verify(bare), null);
  }
});

test('a token with another algorithm is refused even if the secret is right', () => {
  assert.equal(tokens.verify(forge({ alg: 'HS512' }, {}, SECRET, 'sha512')), null);
  assert.equal(tokens.verify(forge({ alg: 'HS384' }, {}, SECRET, 'sha384')), null);
  assert.equal(tokens.verify(forge({ alg: 'RS256' })), null);
});

test('a token of another type, or with a critical extension, is refused', () => {
  for (const changed of [{ typ: 'JWT' }, { typ: undefined }, { crit: ['exp'] }]) {
    assert.equal(tokens.verify(forge(changed)), null, JSON.stringify(changed));
  }
});

test('a key id that is unknown, a path or not a string is refused', () => {
  for (const kid of ['../../etc/passwd', '', 'unknown', undefined, 1, [header.kid], '__proto__']) {
    assert.equal(tokens.verify(forge({ kid })), null, String(kid));
  }
});

test('a token with another audience or issuer is refused', () => {
  for (const changed of [
    { aud: 'https://other.example' },
    { iss: 'https://other.example' },
    { aud: [] },
  ]) {
    assert.equal(tokens.verify(forge({}, changed)), null, JSON.stringify(changed));
  }
});

test('a token with a missing or malformed claim is refused', () => {
  for (const name of ['iss', 'aud', 'sub', 'role', 'vip', 'sid', 'iat', 'exp', 'jti']) {
    assert.equal(tokens.verify(forge({}, { [name]: undefined })), null, `without ${name}`);
  }
  const wrong = [
    { role: 'root' },
    { sub: 'x' },
    { sid: 7 },
    { vip: 'yes' },
    { exp: 1e300 },
    { exp: '9' },
  ];
  for (const changed of wrong) {
    assert.equal(tokens.verify(forge({}, changed)), null, JSON.stringify(changed));
  }
});

test('a token with one character changed is refused', () => {
  for (const at of [5, token.indexOf('.') + 5, token.lastIndexOf('.') + 5]) {
    const other = token[at] === 'A' ? 'B' : 'A';
    assert.equal(tokens.verify(token.slice(0, at) + other + token.slice(at + 1)), null);
  }
});

test('a token signed with an unknown secret is refused', () => {
  assert.equal(tokens.verify(forge({}, {}, OTHER_SECRET)), null);
});

test('while secrets rotate, tokens of the old one stay valid and new tokens use the new one', () => {
  const rotating = createAccessTokens({ ...options, secrets: [OTHER_SECRET, SECRET] });
  assert.notEqual(rotating.verify(token), null);
  const newToken = rotating.sign(claims, issuedAt, 'id');
  assert.equal(tokens.verify(newToken), null);
  const rotated = createAccessTokens({ ...options, secrets: [OTHER_SECRET] });
  assert.notEqual(rotated.verify(newToken), null);
  assert.equal(rotated.verify(token), null);
});

test('a text that is not a token is refused', () => {
  for (const text of ['', '.', '..', 'x', 'a.b.c', '💣', `${token}.x`, 'a'.repeat(100_000)]) {
    assert.equal(tokens.verify(text), null);
  }
});

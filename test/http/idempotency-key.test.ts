import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseIdempotencyKey } from '../../src/http/idempotency-key.ts';
import { idempotencyErrors } from '../../src/shared/common-errors.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { post, testServer } from './support.ts';

const server = await testServer();

interface Claimed {
  readonly key: string | null;
  readonly hashes: string;
}

async function claim(
  key: string | undefined,
  body = '{"name":"Kettle","kind":"big"}',
  token = 'customer',
): Promise<Claimed> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (key !== undefined) headers['idempotency-key'] = key;
  const response = await post(server, '/api/things', body, headers);
  assert.equal(response.status, 201);
  return (await response.json()) as Claimed;
}

function isRefused(header: string): boolean {
  try {
    parseIdempotencyKey(header);
    return false;
  } catch (error) {
    assert.ok(error instanceof CodedError);
    assert.equal(error.definition, idempotencyErrors.invalidKey);
    return true;
  }
}

test('quoted and bare are the same key', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 255,
  });
  fc.assert(
    fc.property(printable, (key) => {
      fc.pre(!key.startsWith('"'));
      const quoted = `"${key.replace(/["\\]/g, '\\$&')}"`;
      assert.equal(parseIdempotencyKey(key), key);
      assert.equal(parseIdempotencyKey(quoted), key);
    }),
  );
});

test('a key is 1 to 255 printable ASCII characters, and nothing else', () => {
  assert.equal(parseIdempotencyKey('a'.repeat(255)), 'a'.repeat(255));
  assert.equal(parseIdempotencyKey(`"${'a'.repeat(255)}"`), 'a'.repeat(255));
  const refused = [
    '',
    ' ',
    '""',
    '"',
    '"a',
    '"a"b"',
    '"a\\b"',
    '"a";x=1',
    'a\tb',
    'caf\u00e9',
    '\u007f',
    'a'.repeat(256),
  ];
  for (const header of refused) assert.equal(isRefused(header), true, JSON.stringify(header));
});

test('a claim identifies caller, path and key, and the parsed body', async () => {
  const first = await claim('k1');
  assert.equal(first.key, 'k1');
  assert.deepEqual(await claim('"k1"'), first);
  assert.deepEqual(await claim('k1', '{ "kind": "big", "name": "K\\u0065ttle" }'), first);
  const [scope, request] = first.hashes.split(' ');
  const differing = {
    key: await claim('k2'),
    caller: await claim('k1', undefined, 'admin'),
  };
  for (const [about, other] of Object.entries(differing)) {
    assert.notEqual(other.hashes.split(' ')[0], scope, about);
    assert.equal(other.hashes.split(' ')[1], request, about);
  }
  const otherBody = await claim('k1', '{"name":"Kettle","kind":"small"}');
  assert.equal(otherBody.hashes.split(' ')[0], scope);
  assert.notEqual(otherBody.hashes.split(' ')[1], request);
});

test('without the header there is no claim', async () => {
  assert.deepEqual(await claim(undefined), { key: null, hashes: '' });
});

test('signing in and provider webhooks ignore the header', async () => {
  const headers = { 'idempotency-key': '""' };
  const login = await post(server, '/api/auth/login', '{"email":"a@b.example"}', headers);
  assert.equal(login.status, 200);
  assert.equal((await post(server, '/api/payments/webhook', '{}', headers)).status, 200);
});

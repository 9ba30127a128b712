import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mediaTypeIsJson } from '../../src/http/json-body.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { newId } from '../../src/shared/ids.ts';
import { parseJson } from '../../src/shared/json.ts';
import { sendRaw, testServer } from './support.ts';

function readRefusal(text: string | Buffer): string {
  try {
    parseJson(Buffer.from(text as string));
  } catch (error) {
    assert.ok(error instanceof CodedError, String(error));
    const places = (error.details.errors ?? []).map(({ pointer }) => pointer);
    return [error.code, ...places].join(' ');
  }
  return 'accepted';
}

test('any JSON without NUL and lone surrogates is parsed as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'grapheme', maxDepth: 6 }), (text) => {
      fc.pre(!/\\u0000|__proto__/.test(text));
      assert.deepEqual(parseJson(Buffer.from(text)), JSON.parse(text));
    }),
  );
});

test('arbitrary bytes are parsed or refused, and never cause another error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const outcome = readRefusal(Buffer.from(bytes));
      assert.match(outcome, /^(accepted|request\.(malformed|invalid.*))$/);
    }),
  );
});

test('32 levels are accepted, 33 and 100,000 are refused, and brackets in strings do not count', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.equal(readRefusal(nested(32)), 'accepted');
  assert.equal(readRefusal(nested(33)), 'request.malformed');
  assert.equal(readRefusal(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`), 'request.malformed');
  assert.equal(readRefusal(nested(100_000)), 'request.malformed');
  assert.equal(readRefusal('['.repeat(100_000)), 'request.malformed');
  assert.equal(readRefusal(JSON.stringify('"\\['.repeat(100))), 'accepted');
});

test('NUL and lone surrogates are refused with their position, in keys and in values', () => {
  assert.equal(readRefusal('{"a":[0,{"b":"x\\u0000"}]}'), 'request.invalid /a/1/b');
  assert.equal(readRefusal('{"a":"\\ud800"}'), 'request.invalid /a');
  assert.equal(readRefusal('{"a":"\\udc00\\ud800"}'), 'request.invalid /a');
  assert.equal(readRefusal('{"a":{"\\u0000":1}}'), 'request.invalid /a');
  assert.equal(readRefusal('{"a":"\\ud83d\\ude00 \\u00e9"}'), 'accepted');
});

test('keys that could reach a prototype are refused, however they are escaped', () => {
  assert.equal(readRefusal('{"a":{"__proto__":{"admin":true}}}'), 'request.invalid /a/__proto__');
  assert.equal(readRefusal('{"\\u005f_proto__":1}'), 'request.invalid /__proto__');
  assert.equal(readRefusal('{"constructor":{"prototype":{}}}'), 'request.invalid /constructor');
  assert.equal(
    readRefusal('{"c\\u006fnstructor":{"prototype":{}}}'),
    'request.invalid /constructor',
  );
  assert.equal(readRefusal('{"constructor":"Gaudi"}'), 'accepted');
});

test('text that is not JSON in UTF-8 is malformed', () => {
  const broken = ['{', '{"a":1,}', "{'a':1}", 'NaN', '{"a":1}x', '\ufeff{}', '{"a":"\t"}', ' '];
  for (const text of broken) assert.equal(readRefusal(text), 'request.malformed', text);
  assert.equal(readRefusal(Buffer.from([0x22, 0xff, 0x22])), 'request.malformed');
  assert.equal(readRefusal(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), 'request.malformed');
});

test('JSON in UTF-8 is the only accepted media type', () => {
  const known = [
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
  ];
  for (const type of known) assert.equal(mediaTypeIsJson(type), true, type);
  const unknown = [
    'text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/jsonp',
    'application/problem+json',
    'application/json, text/plain',
    'multipart/form-data; boundary=application/json',
    '',
  ];
  for (const type of unknown) assert.equal(mediaTypeIsJson(type), false, type);
});

test('a request with a media type and no body is answered as one with an empty body', async () => {
  const server = await testServer();
  const send = (path: string, length: string) =>
    sendRaw(
      server.port,
      `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer customer\r\n`,
      `Content-Type: application/json\r\n${length}\r\n`,
    );
  for (const path of ['/api/things', `/api/things/${newId()}/touch`, '/api/payments/webhook']) {
    const declared = await send(path, 'Content-Length: 0\r\n');
    const missing = await send(path, '');
    assert.equal(missing.status, declared.status, path);
    assert.equal(withoutRequestId(missing.body), withoutRequestId(declared.body), path);
  }
});

function withoutRequestId(body: string): string {
  return body.replace(/"requestId":"[^"]*"/, '');
}

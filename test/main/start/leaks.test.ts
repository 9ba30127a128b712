import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLeaks, noteSecrets } from '../../support/runner/leaks.ts';

test('the check of all log lines of the suite finds each kind of secret', () => {
  noteSecrets({ newPassword: 'a "quoted" phrase', name: 'Ann of the till' });
  for (const [line, name] of [
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIi', 'a JSON Web Token'],
    ['key hf_0123456789abcdef', 'an API key'],
    ['hfr_0123456789abcdef', 'a refresh token'],
    ['/reset/aB3-'.padEnd(50, 'x'), 'a token'],
    ['whsec_c2VjcmV0', 'a webhook secret'],
    ['Bearer abc.def', 'a credential'],
    ['pass 0123456789abcdef', 'a password of test users'],
    ['postgresql://owner:hunter2@db/shop', 'the credentials of a URL'],
    ['to zoë@bücher.example', 'an e-mail address'],
    ['{"url":"/api/orders?search=ann"}', 'a query string'],
    ['{"cookie":"a=b"}', 'a header'],
    ['{"body":{}}', 'a body'],
    [JSON.stringify({ tried: 'a "quoted" phrase' }), 'a sent secret'],
  ] as const) {
    assert.ok(findLeaks(line).includes(name), line);
  }
});

test('the check of all log lines accepts what lines consist of', () => {
  for (const line of [
    '{"requestId":"01a22955-6844-71f5-a5b3-1be43ff386cb","traceId":"0af7651916cd43dd8448eb211c80319c"}',
    '{"route":"/api/orders/:id","address":"::ffff:127.0.0.1","addressHash":"aBcDeFgHiJkLmNoPqRsTu1"}',
    'at file:///app/node_modules/@fastify/static/index.js:94:7',
    '{"key":"hf_abcdefgh","authorization":"[Redacted]","name":"Ann of the till"}',
  ]) {
    assert.deepEqual(findLeaks(line), [], line);
  }
});

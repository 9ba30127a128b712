import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { pino } from 'pino';
import { loggerOptions } from '../../../src/main/start/logger.ts';

/** Returns the line that is written for an object. */
function readLine(object: object): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  pino(loggerOptions('info'), stream).info(object, 'said');
  return text;
}

test('credentials appear in no line, wherever in a logged object they are', () => {
  const secret = 'hf_0123456789';
  for (const object of [
    { password: secret },
    { body: { newPassword: secret, refreshToken: secret } },
    { request: { headers: { authorization: secret, cookie: secret } } },
    { err: Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: [secret] } }) },
    { err: Object.assign(new Error('refused'), { config: { headers: { 'x-key': secret } } }) },
  ]) {
    const line = readLine(object);
    assert.equal(line.includes(secret), false, line);
    assert.match(line, /said/);
  }
});

test('secrets and addresses in the texts of others appear in no line, which stays JSON', () => {
  for (const [secret, text] of [
    ['ann.o@mail.example.com', '550 5.1.1 <ann.o@mail.example.com>: no such user'],
    ['zoë@bücher.example', 'first line\nzoë@bücher.example'],
    ['hf_0123456789abcdef', 'Authorization: hf_0123456789abcdef'],
    ['hfr_0123456789abcdef', '"hfr_0123456789abcdef"'],
    ['c2VjcmV0', 'whsec_c2VjcmV0c2VjcmV0'],
    ['eyJhbGciOiJIUzI1NiJ9', 'jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl expired'],
    ['abc.def-ghi', 'sent "Bearer abc.def-ghi"'],
    ['hunter2', 'connect postgresql://owner:hunter2@db.example.com:5432/shop'],
    ['ter2', 'Invalid URL: redis://holdfast:hun@ter2@redis:6379'],
    ['ter2', 'smtp://a@b.example:hun@@ter2@mail and smtp://c@mail'],
    ['ter2', 'redis://:hun?x=@ter2#@127.0.0.1:6379/0'],
    // A token of a cloud in place of a password.
    [
      'X-Amz',
      `postgresql://app:db%3A5432%2F%3FAction%3Dconnect%26X-Amz${'a'.repeat(1_200)}@db/shop`,
    ],
  ] as const) {
    for (const object of [{ err: new Error(text) }, { error: text }, { nested: { text } }]) {
      const line = readLine(object);
      assert.equal(line.includes(secret), false, line);
      assert.equal((JSON.parse(line) as { msg: string }).msg, 'said');
    }
  }
  const detail = 'Failing row contains (Ann, 12 High Street).';
  assert.doesNotMatch(readLine({ err: Object.assign(new Error('check'), { detail }) }), /High/);
});

test('packages in a stack trace, times and shown prefixes of keys stay', () => {
  const text = 'at file:///app/node_modules/@fastify/static/index.js:94:7 of hf_abcdefgh at 12:30';
  assert.ok(readLine({ text }).includes(text));
});

test('a long line is searched in little time', () => {
  const text = `${'a'.repeat(200_000)} @ ${'eyJ'.repeat(50_000)} ://${':'.repeat(100_000)}`;
  const before = process.cpuUsage();
  readLine({ text });
  // A third of a second; without maxima in the expressions, minutes.
  assert.ok(process.cpuUsage(before).user < 10_000_000);
});

test('everything that helps to find an error stays', () => {
  const line = readLine({ requestId: 'r-1', traceId: 't-1', err: new Error('connection lost') });
  const { requestId, traceId, err } = JSON.parse(line) as {
    requestId: string;
    traceId: string;
    err: { message: string; stack: string };
  };
  assert.deepEqual([requestId, traceId, err.message], ['r-1', 't-1', 'connection lost']);
  assert.match(err.stack, /logger\.test\.ts/);
});

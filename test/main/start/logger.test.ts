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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CannotListenError, toListenError } from '../../../src/main/faults/listen-fault.ts';

const refusal = (code: string) => Object.assign(new Error(`listen ${code}`), { code });

test('a refusal to listen explains whether the port is too low', () => {
  const low = toListenError(refusal('EACCES'), { host: '0.0.0.0', port: 80 });
  assert(low instanceof CannotListenError);
  assert.match(low.message, /^Port 80 is below 1024, .+ Set PORT to a higher port/);
  const high = toListenError(refusal('EACCES'), { host: '0.0.0.0', port: 8080 });
  assert(high instanceof CannotListenError);
  assert.match(high.message, /port 8080 .+ Set another PORT or HOST/);
});

test('any other error stays as it is', () => {
  const bug = new TypeError('x is not a function');
  assert.equal(toListenError(bug, { host: '::', port: 1 }), bug);
});

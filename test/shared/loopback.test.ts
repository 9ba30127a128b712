import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopbackAddress, isLoopbackHost } from '../../src/shared/loopback.ts';

test('addresses of this machine are loopback, including IPv4 ones written as IPv6', () => {
  const own = ['127.0.0.1', '127.255.0.1', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::1%lo'];
  assert.deepEqual(own.filter(isLoopbackAddress), own);
});

test('other addresses, and names with the same beginning, are not loopback', () => {
  const others = ['', '128.0.0.1', '::', '::2', '::ffff:10.0.0.1', '127.0.0', 'localhost'];
  assert.deepEqual(others.filter(isLoopbackAddress), []);
  const hosts = ['127.example', '127.0.0.1.example', 'localhost.example', '10.0.0.1'];
  assert.deepEqual(hosts.filter(isLoopbackHost), []);
  assert.equal(isLoopbackHost('localhost'), true);
});

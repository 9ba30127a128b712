import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { findNetwork, findPublicNetwork, widenNetwork } from '../../src/http/client-address.ts';

test('an IPv4 address is one client, also when written as IPv6', () => {
  assert.equal(findNetwork('203.0.113.9'), '203.0.113.9');
  assert.equal(findNetwork('::ffff:203.0.113.9'), '203.0.113.9');
  assert.equal(findNetwork('::ffff:cb00:7109'), '203.0.113.9');
});

test('all addresses of a /64 IPv6 network are one client', () => {
  const spellings = [
    '2001:db8:1:2::1',
    '2001:DB8:1:2:ffff:ffff:ffff:ffff',
    '2001:0db8:0001:0002:0000:0000:0000:0001',
    '2001:db8:1:2::203.0.113.9',
    '2001:db8:1:2:3::',
  ];
  for (const spelling of spellings) {
    assert.equal(findNetwork(spelling), '2001:db8:1:2::/64', spelling);
  }
  assert.notEqual(findNetwork('2001:db8:1:3::1'), findNetwork('2001:db8:1:2::1'));
  assert.equal(findNetwork('fe80::1%eth0'), 'fe80:0:0:0::/64');
  assert.equal(findNetwork('fe80::1%eth0.2-b'), 'fe80:0:0:0::/64');
  assert.equal(findNetwork('::1'), '0:0:0:0::/64');
  assert.equal(findNetwork('2001:db8::1'), '2001:db8:0:0::/64');
});

test('a text that is not an address is no client', () => {
  for (const text of ['', 'unknown', '203.0.113.9:4711', '203.0.113', '[::1]', '2001:db8:::1']) {
    assert.equal(findNetwork(text), null, text);
  }
});

test('the range of a network is the /24 of IPv4 and the /48 of IPv6', () => {
  for (const [address, range] of [
    ['203.0.113.9', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['::ffff:203.0.113.9', '203.0.113.0/24'],
    ['2001:db8:1:2::1', '2001:db8:1::/48'],
    ['2001:db8:1:ffff::', '2001:db8:1::/48'],
    ['::1', '0:0:0::/48'],
  ] as const) {
    assert.equal(widenNetwork(findNetwork(address)!), range);
  }
  assert.equal(widenNetwork('unknown'), 'unknown');
});

test('an address within a machine or the network of one operator tells no customers apart', () => {
  const find = (ip: string) => findPublicNetwork({ ip } as FastifyRequest);
  for (const ip of [
    '127.0.0.1',
    '::1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.1.1',
    // Shared address space, which clouds give to their pods and balancers. Source: RFC 6598.
    '100.64.0.1',
    '::ffff:10.1.2.3',
    '::ffff:100.127.255.254',
    'fd00::1',
    'fe80::1%eth0',
    'unknown',
  ]) {
    assert.equal(find(ip), null, ip);
  }
  assert.equal(find('203.0.113.9'), '203.0.113.9');
  assert.equal(find('100.128.0.1'), '100.128.0.1');
  assert.equal(find('2a00:1450:4001:80b::200e'), '2a00:1450:4001:80b::/64');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitZeroNetwork, trustsEveryone } from '../../../src/main/config/trusted-proxies.ts';

const everyone = [
  ['0.0.0.0/0'],
  ['10.1.2.3/0'],
  ['::/0'],
  ['2000::/3'],
  ['0.0.0.0/1', '128.0.0.0/1'],
  ['128.0.0.0/1'],
  ['10.0.0.0/8', '0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2'],
  Array.from({ length: 224 }, (_, first) => `${first}.0.0.0/8`),
  ['::/1', '8000::/1'],
  ['2000::/4'],
  ['::ffff:0.0.0.0/96'],
  ['::ffff:0:0/97', '::ffff:8000:0/97'],
];

for (const networks of everyone) {
  test(`trusting ${networks.slice(0, 5)} means trusting everyone`, () => {
    assert.equal(trustsEveryone(networks), true);
  });
}

const someone = [
  [],
  ['127.0.0.1', '::1'],
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fe80::/10'],
  ['103.21.244.0/22', '173.245.48.0/20', '2400:cb00::/32', '2a06:98c0::/29'],
  ['10.0.0.0/8', '10.0.0.0/8', '10.0.0.0/9', '10.128.0.0/9'],
  ['::ffff:10.0.0.0/104', '::ffff:192.0.2.1'],
];

for (const networks of someone) {
  test(`trusting [${networks}] means trusting only them`, () => {
    assert.equal(trustsEveryone(networks), false);
  });
}

test('a network of all addresses is split into two halves, any other stays as it is', () => {
  assert.deepEqual(splitZeroNetwork('0.0.0.0/0'), ['0.0.0.0/1', '128.0.0.0/1']);
  assert.deepEqual(splitZeroNetwork('::/00'), ['::/1', '8000::/1']);
  for (const network of ['10.0.0.0/8', '::1', '192.0.2.1/32']) {
    assert.deepEqual(splitZeroNetwork(network), [network]);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hasWebPort,
  isMetadataAddress,
  isPublicAddress,
  namesMetadata,
  namesPrivateTarget,
} from '../../src/shared/public-address.ts';

const forbidden: Record<string, readonly string[]> = {
  'this machine': ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '0.1.2.3', '::'],
  'private networks': [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    'fc00::1',
    'fd12::1',
  ],
  'the link, where clouds serve their secrets': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255'],
  multicast: ['224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1'],
  'an IPv4 address in another notation': [
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::a00:1',
    '2002:7f00:1::1',
    '2001:0:1::1',
  ],
  'reserved ranges': [
    '240.0.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '203.0.113.9',
    '2001:db8::1',
    '4000::1',
    'fec0::1',
  ],
  'no address at all': ['', 'localhost', '1.2.3', '256.1.1.1', '0x7f.1', 'example.com'],
};

for (const [what, addresses] of Object.entries(forbidden)) {
  test(`an address of ${what} is not public`, () => {
    assert.deepEqual(addresses.filter(isPublicAddress), []);
  });
}

test('addresses of the internet are public', () => {
  const open = [
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450::1',
  ];
  assert.deepEqual(open.filter(isPublicAddress), open);
});

test('a URL with a private address is detected in every notation', () => {
  const hosts = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '①②⑦.0.0.1',
    '[::1]',
    '[::ffff:7f00:1]',
    '[fe80::1]',
    '0',
    'localhost',
    'LOCALHOST.',
    'shop.localhost',
    '10.0.0.1:8080',
    '169.254.169.254',
  ];
  const passed = hosts.filter((host) => !namesPrivateTarget(new URL(`http://${host}/`)));
  assert.deepEqual(passed, []);
});

test('other names and public addresses are left to be resolved', () => {
  for (const host of ['receiver.example', 'localhost.example', '8.8.8.8', '[2606:4700::1111]']) {
    assert.equal(namesPrivateTarget(new URL(`https://${host}/`)), false, host);
  }
});

test('the metadata of a cloud is recognised in any notation', () => {
  for (const address of [
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
    'fd00:ec2:0:0:0:0:0:254',
    'fd20:ce::254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ]) {
    assert.equal(isMetadataAddress(address), true, address);
  }
  for (const address of ['10.0.0.1', '127.0.0.1', '100.100.100.201', '8.8.8.8', 'fd00:ec3::254']) {
    assert.equal(isMetadataAddress(address), false, address);
  }
  assert.equal(isMetadataAddress('2001:db8::a9fe:a9fe'), false, 'only looks like one');
  for (const url of [
    'http://169.254.169.254/latest/',
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://[fd00:ec2::254]/',
    'http://METADATA.google.internal./',
    'http://metadata/',
  ]) {
    assert.equal(namesMetadata(new URL(url)), true, url);
  }
  assert.equal(namesMetadata(new URL('http://metadata.shop.example/')), false);
});

test('a target has a port of the web, or one from 1024 on', () => {
  const has = (port: string) => hasWebPort(new URL(`http://shop.example${port}/`));
  for (const port of ['', ':80', ':443', ':1024', ':8080', ':65535']) assert.ok(has(port), port);
  for (const port of [':0', ':1', ':22', ':25', ':79', ':442', ':1023'])
    assert.ok(!has(port), port);
});

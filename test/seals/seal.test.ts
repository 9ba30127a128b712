import assert from 'node:assert/strict';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  computeRoot,
  createSealKeys,
  hashSeal,
  type LeafList,
  NO_SEAL,
  type SealContent,
  unpackRows,
} from '../../src/seals/index.ts';
import { newId } from '../../src/shared/ids.ts';

const sha256 = (...parts: Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

function buildList(leaves: readonly Buffer[]): LeafList {
  return Buffer.concat(
    leaves.map((leaf, index) => {
      const place = Buffer.alloc(24);
      place.writeBigInt64BE(BigInt(index + 1));
      return Buffer.concat([place, leaf]);
    }),
  );
}

/** As RFC 9162, section 2.1.1, defines it. */
function defineRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 1) return leaves[0]!;
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha256(Buffer.of(1), defineRoot(leaves.slice(0, half)), defineRoot(leaves.slice(half)));
}

describe('the root of a seal', () => {
  test('is that of the tree of RFC 9162, for any number of rows', () => {
    const anyLeaves = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), {
      minLength: 1,
      maxLength: 300,
    });
    fc.assert(
      fc.property(anyLeaves, (bytes) => {
        const leaves = bytes.map((leaf) => Buffer.from(leaf));
        const list = buildList(leaves);
        const copy = Buffer.from(list);
        assert.equal(computeRoot(list), defineRoot(leaves).toString('hex'));
        assert.deepEqual(list, copy);
      }),
    );
    const full = Array.from({ length: 4_096 }, () => randomBytes(32));
    assert.equal(computeRoot(buildList(full)), defineRoot(full).toString('hex'));
  });

  test('does not exist without rows', () => {
    assert.throws(() => computeRoot(Buffer.alloc(0)), RangeError);
  });

  test('is over a list of rows with their positions and ids', () => {
    const id = newId();
    const place = Buffer.alloc(8);
    place.writeBigInt64BE(2n ** 40n);
    const leaf = randomBytes(32);
    const list = Buffer.concat([place, Buffer.from(id.replaceAll('-', ''), 'hex'), leaf]);
    assert.deepEqual(unpackRows(list), [{ position: 2 ** 40, id, leaf: leaf.toString('hex') }]);
    assert.throws(() => unpackRows(list.subarray(1)), RangeError);
  });
});

const content: SealContent = {
  number: 1,
  format: 1,
  log: 'events',
  previous: NO_SEAL,
  rows: 2,
  first: 1,
  last: 3,
  root: 'ab'.repeat(32),
  at: '2026-11-30T12:00:00.050Z',
};

describe('the hash of a seal', () => {
  test('is that of its canonical JSON', () => {
    const text = `{"at":"2026-11-30T12:00:00.050Z","first":1,"format":1,"last":3,"log":"events","number":1,"previous":"${NO_SEAL}","root":"${content.root}","rows":2}`;
    assert.equal(hashSeal(content), createHash('sha256').update(text).digest('hex'));
    const published = { ...content, hash: 'x', signature: 'y' };
    assert.equal(hashSeal(published), hashSeal(content));
  });

  test('changes with each of its members', () => {
    const others: SealContent = {
      number: 2,
      format: 2,
      log: 'audit',
      previous: '1'.repeat(64),
      rows: 3,
      first: 2,
      last: 4,
      root: 'cd'.repeat(32),
      at: '2026-11-30T12:00:00.051Z',
    };
    const hashes = Object.entries(others).map(([name, value]) =>
      hashSeal({ ...content, [name]: value }),
    );
    assert.equal(new Set([hashSeal(content), ...hashes]).size, 1 + Object.keys(others).length);
  });
});

describe('the signature of a seal', () => {
  const seed = () => randomBytes(32).toString('base64');
  const [older, newer] = [seed(), seed()];
  const hash = hashSeal(content);

  test('is Ed25519 by the key of a seed', () => {
    // Source: RFC 8032, section 7.1, test 1.
    const keys = createSealKeys([
      Buffer.from(
        '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        'hex',
      ).toString('base64'),
    ]);
    const expected = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
    assert.deepEqual(keys.publicKeys, [Buffer.from(expected, 'hex').toString('base64')]);
    const publicKey = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(expected, 'hex').toString('base64url') },
      format: 'jwk',
    });
    const signature = Buffer.from(keys.sign(hash), 'base64');
    assert.equal(signature.length, 64);
    assert.ok(verify(null, Buffer.from(hash, 'hex'), publicKey, signature));
  });

  test('is made by the first key and verified by all', () => {
    const before = createSealKeys([older]);
    const rotated = createSealKeys([newer, older]);
    assert.ok(rotated.verify(hash, before.sign(hash)));
    assert.ok(rotated.verify(hash, rotated.sign(hash)));
    assert.ok(createSealKeys([newer]).verify(hash, rotated.sign(hash)));
    assert.ok(!before.verify(hash, rotated.sign(hash)));
  });

  test('is not that of another hash, nor any other text', () => {
    const keys = createSealKeys([older, newer]);
    const signature = keys.sign(hash);
    assert.ok(!keys.verify(hashSeal({ ...content, rows: 3 }), signature));
    for (const other of ['', 'no signature', signature.slice(4), 'A'.repeat(88)]) {
      assert.ok(!keys.verify(hash, other), other);
    }
    assert.ok(!createSealKeys([]).verify(hash, signature));
  });

  test('cannot be made without a key', () => {
    assert.throws(() => createSealKeys([]).sign(hash), RangeError);
  });
});

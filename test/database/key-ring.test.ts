import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  createKeyRing,
  type KeyRing,
  MissingEncryptionKeyError,
  unlessAltered,
} from '../../src/database/key-ring.ts';
import { newId } from '../../src/shared/ids.ts';

const [ONE, OTHER] = ['one key of 32 bytes or even more', 'another key of 32 bytes or more.'];

/** Returns a ring that encrypts under its first key. */
function ringOf(...keys: readonly string[]): KeyRing {
  const ring = createKeyRing(keys);
  ring.use(ring.ids[0]!);
  return ring;
}

const newPlace = () => ({ table: 'personal_keys', id: newId() });

describe('a secret', () => {
  test('is read as it was stored, in clear or encrypted, also by a ring in which its key is a former one', () => {
    const rings: [KeyRing, KeyRing][] = [
      [createKeyRing([]), createKeyRing([])],
      [createKeyRing([ONE]), ringOf(ONE)],
      [ringOf(ONE), createKeyRing([ONE])],
      [ringOf(ONE), ringOf(OTHER, ONE)],
    ];
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.string({ unit: 'grapheme' }),
        (bytes, text) => {
          for (const [writer, reader] of rings) {
            const place = newPlace();
            const stored = writer.encrypt(place, bytes);
            assert.deepEqual([...reader.decrypt(place, stored)], [...bytes]);
            assert.equal(stored.keyId, writer.currentId);
            assert.equal(reader.decryptText(place, writer.encryptText(place, text)), text);
          }
        },
      ),
    );
  });

  test('is ciphertext that differs each time, once a key encrypts', () => {
    const [ring, place] = [ringOf(ONE), newPlace()];
    const texts = Array.from({ length: 20 }, () => ring.encryptText(place, 'whsec_abc').value);
    assert.equal(new Set(texts).size, texts.length);
    for (const text of texts) assert.match(text, /^[A-Za-z0-9+/]+=*$/);
  });

  test('cannot be decrypted in another row or table, or altered in any byte', () => {
    const [ring, place] = [ringOf(ONE), newPlace()];
    const { value, keyId } = ring.encrypt(place, Buffer.from('a secret'));
    assert.throws(() => ring.decrypt({ ...place, id: newId() }, { value, keyId }));
    assert.throws(() => ring.decrypt({ ...place, table: 'other' }, { value, keyId }));
    for (let index = 0; index < value.length; index += 1) {
      const altered = Buffer.from(value);
      altered[index]! ^= 1;
      const decrypt = () => ring.decrypt(place, { value: altered, keyId });
      assert.throws(decrypt, Error, `byte ${index}`);
      assert.equal(unlessAltered(decrypt), null);
    }
    for (const length of [0, 12, 27, value.length - 1]) {
      const cut = { value: value.subarray(0, length), keyId };
      assert.throws(() => ring.decrypt(place, cut), Error, `${length} bytes`);
    }
  });

  test('is never taken for an altered one when only the key is missing', () => {
    const place = newPlace();
    const stored = ringOf(ONE).encrypt(place, Buffer.from('a secret'));
    for (const ring of [createKeyRing([]), ringOf(OTHER)]) {
      const decrypt = () => ring.decrypt(place, stored);
      assert.throws(decrypt, MissingEncryptionKeyError);
      assert.throws(() => unlessAltered(decrypt), MissingEncryptionKeyError);
    }
  });

  test('is encrypted under a key of its table, which opens no other', () => {
    const ring = ringOf(ONE);
    const stored = ring.encrypt({ table: 'one', id: 'more 1' }, Buffer.from('a secret'));
    // What is authenticated with it is the same text.
    assert.throws(() => ring.decrypt({ table: 'one more', id: '1' }, stored));
  });
});

describe('a ring', () => {
  test('knows its keys by ids that are the same everywhere and do not contain them', () => {
    const { ids } = createKeyRing([ONE, OTHER]);
    assert.deepEqual(createKeyRing([OTHER, ONE]).ids, ids.toReversed());
    for (const id of ids) assert.match(id, /^[0-9a-f]{18}$/);
    assert.deepEqual(createKeyRing([ONE, ONE]).ids, [ids[0]]);
  });

  test('encrypts under none of its keys until it is told to, and under no other', () => {
    const ring = createKeyRing([ONE]);
    assert.equal(ring.currentId, null);
    assert.equal(ring.encrypt(newPlace(), Buffer.from('a secret')).keyId, null);
    assert.throws(() => ring.use(createKeyRing([OTHER]).ids[0]!), MissingEncryptionKeyError);
    ring.use(ring.ids[0]!);
    assert.deepEqual(ring.formerIds, []);
    ring.use(null);
    assert.equal(ring.encryptText(newPlace(), 'text').value, 'text');
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  decryptPersonal,
  encryptPersonal,
  ensurePersonalKeys,
  type PersonalPlace,
} from '../../src/personal/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../support/database.ts';
import { query } from '../support/until.ts';

const { database, url, ownerUrl } = await testDatabase();

const newPlace = (): PersonalPlace => ({ column: 'events.personal', id: newId() });

function encrypt(key: Buffer, place: PersonalPlace, fields: Record<string, unknown>): Buffer {
  return Buffer.from(encryptPersonal(key, place, fields)!.slice(2), 'hex');
}

describe('a ciphertext', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (fields) => {
        const [key, place] = [randomBytes(32), newPlace()];
        const known = JSON.parse(JSON.stringify(fields));
        assert.deepEqual(decryptPersonal(key, place, encrypt(key, place, fields)), known);
      }),
    );
  });

  test('is different each time', () => {
    const [key, place] = [randomBytes(32), newPlace()];
    const texts = Array.from({ length: 10 }, () => encryptPersonal(key, place, { reason: 'Ann' }));
    assert.equal(new Set(texts).size, texts.length);
  });

  test('is nothing in another row or column, with another key, or altered in any byte', () => {
    const [key, place] = [randomBytes(32), newPlace()];
    const bytes = encrypt(key, place, { reason: 'Ann' });
    assert.deepEqual(decryptPersonal(key, place, bytes), { reason: 'Ann' });
    assert.equal(decryptPersonal(key, { ...place, id: newId() }, bytes), null);
    assert.equal(decryptPersonal(key, { ...place, column: 'audit.actor_personal' }, bytes), null);
    assert.equal(decryptPersonal(randomBytes(32), place, bytes), null);
    for (let index = 0; index < bytes.length; index += 1) {
      const altered = Buffer.from(bytes);
      altered[index] = altered[index]! ^ 1;
      assert.equal(decryptPersonal(key, place, altered), null, `byte ${index}`);
    }
    for (const length of [0, 1, 12, 28, bytes.length - 1]) {
      assert.equal(decryptPersonal(key, place, bytes.subarray(0, length)), null, `${length} bytes`);
    }
  });

  test('is not made, and not read, without a key', () => {
    const [key, place] = [randomBytes(32), newPlace()];
    const bytes = encrypt(key, place, { reason: 'Ann' });
    assert.equal(encryptPersonal(null, place, { reason: 'Ann' }), null);
    assert.equal(decryptPersonal(null, place, bytes), null);
    assert.equal(decryptPersonal(key, place, null), null);
  });
});

describe('the key of a person', () => {
  test('is made once, however many need it at the same time', async () => {
    const persons = Array.from({ length: 20 }, newId);
    const attempts = await Promise.all(
      Array.from({ length: 10 }, (_, attempt) =>
        database.transaction((tx) =>
          ensurePersonalKeys(tx, attempt % 2 === 0 ? persons : persons.toReversed()),
        ),
      ),
    );
    for (const person of persons) {
      const keys = attempts.map((found) => found.get(person)!.toString('hex'));
      assert.equal(new Set(keys).size, 1);
      assert.equal(keys[0]!.length, 64);
    }
    const again = await ensurePersonalKeys(database, persons);
    assert.deepEqual([...again].sort(), [...attempts[0]!].sort());
    assert.equal(new Set([...again.values()].map((key) => key!.toString('hex'))).size, 20);
  });

  test('is not made if the transaction that needed it is rolled back', async () => {
    const person = newId();
    const failed = database.transaction(async (tx) => {
      await ensurePersonalKeys(tx, [person]);
      throw new Error('rolled back');
    });
    await assert.rejects(failed, /rolled back/);
    assert.deepEqual(
      await query(url, 'select from personal_keys where person_id = $1', [person]),
      [],
    );
  });

  test('can be destroyed, and is then neither made again nor replaced nor removed', async () => {
    const person = newId();
    await ensurePersonalKeys(database, [person]);
    const where = `where person_id = '${person}'`;
    const refused = { constraint: 'personal_keys_kept_check' };
    const another = `'\\x${'00'.repeat(32)}'`;
    await assert.rejects(query(url, `update personal_keys set key = ${another} ${where}`), refused);
    await query(url, `update personal_keys set key = null, destroyed_at = now() ${where}`);
    assert.deepEqual([...(await ensurePersonalKeys(database, [person]))], [[person, null]]);
    const revival = `update personal_keys set key = ${another}, destroyed_at = null ${where}`;
    await assert.rejects(query(url, revival), refused);
    await assert.rejects(query(ownerUrl, revival), refused);
    await assert.rejects(query(url, `delete from personal_keys ${where}`), { code: '42501' });
    await assert.rejects(query(ownerUrl, `delete from personal_keys ${where}`), {
      constraint: 'personal_keys_append_only_check',
    });
  });
});

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import { encryptAnew } from '../../../src/database/encryption/encrypt-anew.ts';
import { forgetKey } from '../../../src/database/encryption/forget-key.ts';
import { createKeyFollowing } from '../../../src/database/encryption/key-following.ts';
import { listRegisteredKeys } from '../../../src/database/encryption/queries.ts';
import { adoptKeys, followKeys } from '../../../src/database/encryption/registry.ts';
import { MissingEncryptionKeyError } from '../../../src/database/key-ring.ts';
import { encryptedTables } from '../../../src/main/tables/encrypted-tables.ts';
import { ensurePersonalKeys } from '../../../src/personal/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { testDatabase } from '../../support/database.ts';
import { query, until } from '../../support/until.ts';
import {
  ID_A,
  ID_B,
  ID_C,
  KEY_A,
  KEY_B,
  KEY_C,
  listKeys,
  openWith,
  passAnHour,
  startWith,
} from './rings.ts';

const { url, ownerUrl } = await testDatabase();
const never = new AbortController().signal;

const hasKey = (id: string) => (error: unknown) =>
  error instanceof MissingEncryptionKeyError && error.keyIds.includes(id);

/** Makes the key of a new person, and returns under which key it is stored. */
async function storeKey(database: Database): Promise<unknown> {
  const person = newId();
  await ensurePersonalKeys(database, [person]);
  const [row] = await query(
    url,
    'select key_id as "keyId" from personal_keys where person_id = $1',
    [person],
  );
  return row!.keyId;
}

async function empty(): Promise<void> {
  await query(ownerUrl, 'alter table personal_keys disable trigger user');
  await query(ownerUrl, 'delete from personal_keys');
  await query(ownerUrl, 'alter table personal_keys enable trigger user');
  await query(ownerUrl, 'delete from encryption_keys');
}

describe('the first key', () => {
  beforeEach(empty);

  test('encrypts at once where nothing is stored', async () => {
    const server = await startWith(url, KEY_A);
    assert.equal(await storeKey(server), ID_A);
    assert.deepEqual(await listKeys(url), [{ id: ID_A, waits: 0, retired: false }]);
  });

  test('encrypts an hour later where something is, so that servers of the version before can read all until then', async () => {
    assert.equal(await storeKey(openWith(url)), null);
    const server = await startWith(url, KEY_A);
    assert.equal(await storeKey(server), null);
    assert.deepEqual(await listKeys(url), [{ id: ID_A, waits: 60, retired: false }]);
    await encryptAnew(server, encryptedTables, never);
    assert.equal(server.keyRing.currentId, null);
    await passAnHour(url);
    await followKeys(server);
    assert.equal(await storeKey(server), ID_A);
  });

  test('is registered once by servers that start together, and another one is refused', async () => {
    const results = await Promise.allSettled(
      [KEY_A, KEY_A, KEY_B, KEY_A, KEY_B].map((key) => startWith(url, key)),
    );
    const [only, ...others] = await listKeys(url);
    assert.deepEqual(others, []);
    const refused = results.filter(({ status }) => status === 'rejected').length;
    assert.equal(refused, only!.id === ID_A ? 2 : 3);
  });

  test('is in force for a server whose transaction began before it was registered', async () => {
    await openWith(url).transaction(async (tx) => {
      await tx.run('test.begin', 'select now()', []);
      await startWith(url, KEY_A);
      const [key] = await listRegisteredKeys(tx);
      assert.equal(key?.inForce, true);
    });
  });

  test('of a process without keys is none: it stores in clear', async () => {
    const server = await startWith(url);
    assert.equal(await storeKey(server), null);
    assert.deepEqual(await listKeys(url), []);
  });
});

describe('another key', () => {
  beforeEach(async () => {
    await empty();
    const server = await startWith(url, KEY_A);
    assert.equal(await storeKey(server), ID_A);
  });

  test('comes into force an hour after the first server has it, and no server that has not yet loses anything', async () => {
    const [later, sooner] = [await startWith(url, KEY_A), await startWith(url, KEY_B, KEY_A)];
    assert.equal(await storeKey(sooner), ID_A);
    const { missingIds, next } = await followKeys(later);
    assert.deepEqual([missingIds, next?.id], [[ID_B], ID_B]);
    // It can still be started again, too.
    await startWith(url, KEY_A);
    await passAnHour(url);
    await Promise.all([followKeys(sooner), followKeys(later)]);
    assert.equal(await storeKey(sooner), ID_B);
    assert.equal(await storeKey(later), ID_A);
    await assert.rejects(startWith(url, KEY_A), hasKey(ID_B));
  });

  test('makes the former one unneeded once everything is encrypted under it, and not before it is in force for an hour', async () => {
    const server = await startWith(url, KEY_B, KEY_A);
    await passAnHour(url);
    const first = await encryptAnew(server, encryptedTables, never);
    assert.deepEqual(first, {
      rows: { 'keys of personal data': 1 },
      retiredIds: [],
      isWhole: true,
    });
    await assert.rejects(startWith(url, KEY_B), hasKey(ID_A));
    await passAnHour(url);
    const second = await encryptAnew(server, encryptedTables, never);
    assert.deepEqual(second, { rows: {}, retiredIds: [ID_A], isWhole: true });
    assert.equal(await storeKey(await startWith(url, KEY_B)), ID_B);
  });

  test('that was retired is registered anew, and waits again', async () => {
    const server = await startWith(url, KEY_B, KEY_A);
    for (let hour = 0; hour < 2; hour += 1) {
      await passAnHour(url);
      await encryptAnew(server, encryptedTables, never);
    }
    const returned = await startWith(url, KEY_A, KEY_B);
    assert.equal(await storeKey(returned), ID_B);
    assert.deepEqual(await listKeys(url), [
      { id: ID_B, waits: 0, retired: false },
      { id: ID_A, waits: 60, retired: false },
    ]);
  });

  test('that was set by mistake is forgotten before it is in force, and nothing is lost', async () => {
    await startWith(url, KEY_B, KEY_A);
    const server = await startWith(url, KEY_A);
    const lost = await server.transaction((tx) => forgetKey(tx, encryptedTables, ID_B));
    assert.deepEqual(new Set(Object.values(lost)), new Set([0]));
    await passAnHour(url);
    assert.equal(await storeKey(await startWith(url, KEY_A)), ID_A);
  });

  test('does not encrypt while it is only a further one of the list', async () => {
    const server = await startWith(url, KEY_A, KEY_B);
    await passAnHour(url);
    await followKeys(server);
    assert.equal(await storeKey(server), ID_A);
    assert.deepEqual(await listKeys(url), [{ id: ID_A, waits: 0, retired: false }]);
  });
});

describe('a process', () => {
  beforeEach(async () => {
    await empty();
    assert.equal(await storeKey(await startWith(url, KEY_A)), ID_A);
  });

  test('does not start without a key that encrypts, and registers none of its own then', async () => {
    for (const keys of [[], [KEY_B], [KEY_C, KEY_B]]) {
      await assert.rejects(startWith(url, ...keys), hasKey(ID_A));
      await assert.rejects(adoptKeys(openWith(url, ...keys), encryptedTables), hasKey(ID_A));
    }
    assert.deepEqual(
      (await listKeys(url)).map(({ id }) => id),
      [ID_A],
    );
  });

  test('does not start without a key that a row needs, whatever the registry says', async () => {
    await query(url, 'update encryption_keys set retired_at = now()');
    await assert.rejects(startWith(url, KEY_B), hasKey(ID_A));
    await query(url, 'delete from encryption_keys');
    await assert.rejects(startWith(url, KEY_B), hasKey(ID_A));
  });

  test('that registers none encrypts under the key in force, as the servers do', async () => {
    const command = openWith(url, KEY_C, KEY_A);
    await adoptKeys(command, encryptedTables);
    assert.equal(await storeKey(command), ID_A);
    assert.deepEqual(
      (await listKeys(url)).map(({ id }) => id),
      [ID_A],
    );
  });

  test('learns while it runs which key encrypts, and says once that it lacks one', async () => {
    const server = await startWith(url, KEY_A);
    await startWith(url, KEY_C, KEY_A);
    const lines: object[] = [];
    const following = createKeyFollowing({
      database: server,
      log: { error: (details) => lines.push(details) },
      onError: (error) => assert.fail(String(error)),
    });
    following.start();
    try {
      following.nudge();
      await until(async () => assert.deepEqual(lines, [{ keys: [ID_C] }]));
      await query(url, 'update encryption_keys set retired_at = now() where id = $1', [ID_A]);
      following.nudge();
      await until(async () => assert.equal(server.keyRing.currentId, null));
      assert.equal(lines.length, 1);
    } finally {
      await following.stop();
    }
  });
});

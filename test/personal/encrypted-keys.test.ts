import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recordAudit } from '../../src/audit/index.ts';
import type { Database } from '../../src/database/database.ts';
import { encryptAnew } from '../../src/database/encryption/encrypt-anew.ts';
import { MissingEncryptionKeyError } from '../../src/database/key-ring.ts';
import { encryptedTables } from '../../src/main/tables/encrypted-tables.ts';
import {
  destroyPersonalKeys,
  encryptedPersonalKeys,
  ensurePersonalKeys,
} from '../../src/personal/index.ts';
import { systemAuthor } from '../../src/shared/caller.ts';
import { newId } from '../../src/shared/ids.ts';
import {
  ID_A,
  ID_B,
  KEY_A,
  KEY_B,
  openWith,
  passAnHour,
  startWith,
} from '../database/encryption/rings.ts';
import { findAudit } from '../support/audit-rows.ts';
import { testDatabase } from '../support/database.ts';
import { query } from '../support/until.ts';

const { url, ownerUrl } = await testDatabase();
const never = new AbortController().signal;

/** Makes keys of new people, and returns them. */
async function makeKeys(database: Database, count: number): Promise<Map<string, string>> {
  const persons = Array.from({ length: count }, newId);
  return readKeys(database, persons);
}

/** Returns the keys of people in hexadecimal, by their ids. Those that do not exist are made. */
async function readKeys(database: Database, persons: readonly string[]) {
  const keys = await ensurePersonalKeys(database, persons);
  return new Map([...keys].sort().map(([id, key]) => [id, key?.toString('hex') ?? 'destroyed']));
}

/** Returns the ids of the keys under which those of people are stored, and how many of each. */
async function countByKey(persons: Iterable<string>): Promise<Record<string, unknown>> {
  const rows = await query(
    url,
    `select case when key is null then 'destroyed' else coalesce(key_id, 'clear') end as under, count(*)::int as count
       from personal_keys
      where person_id = any($1::uuid[])
      group by 1`,
    [[...persons]],
  );
  return Object.fromEntries(rows.map(({ under, count }) => [String(under), count]));
}

const clear = openWith(url);
const inClear = await makeKeys(clear, 2_500);
const first = await startWith(url, KEY_A);
await passAnHour(url);

describe('keys of people', () => {
  test('that are in clear are encrypted as they are, in slices, and read by servers as before', async () => {
    assert.deepEqual(await countByKey(inClear.keys()), { clear: 2_500 });
    const { rows, isWhole } = await encryptAnew(first, encryptedTables, never);
    assert.deepEqual([rows, isWhole], [{ 'keys of personal data': 2_500 }, true]);
    assert.deepEqual(await countByKey(inClear.keys()), { [ID_A]: 2_500 });
    assert.deepEqual(await readKeys(first, [...inClear.keys()]), inClear);
  });

  test('are in no column of the database once they are encrypted', async () => {
    const made = await makeKeys(first, 3);
    const rows = await query(ownerUrl, 'select personal_keys::text as row from personal_keys');
    const all = rows.map(({ row }) => row).join('\n');
    for (const key of [...made.values(), ...inClear.values()]) assert.ok(!all.includes(key));
  });

  test('under a former key are encrypted under the present one, while people are added and erased', async () => {
    const before = await makeKeys(first, 1_500);
    const rotated = await startWith(url, KEY_B, KEY_A);
    await passAnHour(url);
    const erased = [...before.keys()].slice(700, 800);
    const [, added] = await Promise.all([
      encryptAnew(rotated, encryptedTables, never),
      makeKeys(first, 200),
      first.transaction((tx) => destroyPersonalKeys(tx, erased)),
    ]);
    // What others were changing is left for the next run.
    await encryptAnew(rotated, encryptedTables, never);
    assert.deepEqual(await countByKey(before.keys()), { [ID_B]: 1_400, destroyed: 100 });
    assert.deepEqual(await countByKey(added.keys()), { [ID_B]: 200 });
    for (const id of erased) before.set(id, 'destroyed');
    assert.deepEqual(await readKeys(rotated, [...before.keys()]), new Map([...before].sort()));
    assert.deepEqual(await readKeys(rotated, [...added.keys()]), added);
  });

  test('are found by the index, however many there are', async () => {
    const rotated = await startWith(url, KEY_B, KEY_A);
    await query(ownerUrl, 'analyze personal_keys');
    const client = await rotated.connect();
    try {
      await client.query('begin; set local plan_cache_mode = force_generic_plan');
      const db: Database = {
        ...rotated,
        run: async <Row>(name: string, text: string, values: readonly unknown[]) =>
          (await client.query({ name, text, values: [...values] })).rows as Row[],
      };
      assert.deepEqual(await encryptedPersonalKeys.listKeyIds(db), [ID_B]);
      assert.deepEqual(await encryptedPersonalKeys.encryptAnew(db, 1_000), []);
      const { rows } = await client.query(
        `select seq_scan::int as scans from pg_stat_xact_user_tables where relname = 'personal_keys'`,
      );
      assert.deepEqual(rows, [{ scans: 0 }]);
    } finally {
      await client.end();
    }
  });

  test('do not hold up others if one was altered, and its former key is kept', async () => {
    const [altered = ''] = (await makeKeys(first, 1)).keys();
    await query(ownerUrl, 'alter table personal_keys disable trigger user');
    await query(
      ownerUrl,
      `update personal_keys set key = set_byte(key, 30, get_byte(key, 30) # 1) where person_id = $1`,
      [altered],
    );
    await query(ownerUrl, 'alter table personal_keys enable trigger user');
    // More than two slices, of which the first finds the altered one, too.
    const others = await makeKeys(first, 2_300);
    const rotated = await startWith(url, KEY_B, KEY_A);
    await passAnHour(url);
    const { retiredIds } = await encryptAnew(rotated, encryptedTables, never);
    assert.deepEqual(retiredIds.includes(ID_A), false);
    assert.deepEqual(await countByKey(others.keys()), { [ID_B]: 2_300 });
    assert.ok((await encryptedPersonalKeys.listKeyIds(rotated)).includes(ID_A));
    // Nothing is written for this person as if they had been erased.
    await assert.rejects(ensurePersonalKeys(rotated, [altered]));
    await query(
      ownerUrl,
      'update personal_keys set key = null, destroyed_at = now() where person_id = $1',
      [altered],
    );
  });

  test('that a server lacks the key of are missing, not destroyed: it fails instead of dropping what is said', async () => {
    const rotated = await startWith(url, KEY_B, KEY_A);
    const lacking = openWith(url, KEY_A);
    const [subjectId = ''] = (await makeKeys(rotated, 1)).keys();
    const rename = (database: Database, name: string) =>
      database.transaction((tx) =>
        recordAudit(tx, systemAuthor('test'), [
          { type: 'user.changed', subjectId, before: { name: 'Ann' }, after: { name } },
        ]),
      );
    await rename(rotated, 'Bea');
    await assert.rejects(rename(lacking, 'Cleo'), MissingEncryptionKeyError);
    await assert.rejects(findAudit(lacking), MissingEncryptionKeyError);
    const rows = await findAudit(rotated);
    assert.deepEqual(
      rows.map(({ after }) => after),
      [{ name: 'Bea' }],
    );
  });
});

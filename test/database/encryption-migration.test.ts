import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { encryptAnew } from '../../src/database/encryption/encrypt-anew.ts';
import { followKeys } from '../../src/database/encryption/registry.ts';
import { migrate } from '../../src/database/migrate.ts';
import { encryptedTables } from '../../src/main/tables/encrypted-tables.ts';
import { ensurePersonalKeys } from '../../src/personal/index.ts';
import { newId } from '../../src/shared/ids.ts';
import { openOldDatabase } from '../support/old-database.ts';
import { query } from '../support/until.ts';
import { ID_A, KEY_A, passAnHour, startWith } from './encryption/rings.ts';

const NUMBER = 44;

/** What servers of the version before do. */
function oldServer(url: string) {
  return {
    async makeKey() {
      const [personId, key] = [newId(), randomBytes(32)];
      await query(
        url,
        `insert into personal_keys (person_id, key)
         select *
           from unnest($1::uuid[], $2::bytea[])
         on conflict (person_id) do nothing`,
        [[personId], [key]],
      );
      return { personId, key };
    },
    async readKey(personId: string) {
      const [row] = await query(url, 'select key from personal_keys where person_id = $1', [
        personId,
      ]);
      return row?.key as Buffer | null;
    },
    async destroyKey(personId: string) {
      await query(
        url,
        `insert into personal_keys (person_id, key, destroyed_at)
         select person_id, null, clock_timestamp()
           from unnest($1::uuid[]) as person_id
         on conflict (person_id) do update
           set key = null,
               destroyed_at = excluded.destroyed_at
           where personal_keys.key is not null`,
        [[personId]],
      );
    },
    async createEndpoint() {
      const [id, secret] = [newId(), `whsec_${randomBytes(32).toString('base64')}`];
      await query(
        url,
        `insert into webhook_endpoints (id, url, event_types, secret)
         values ($1, 'https://shop.example/hook', '{*}', $2)`,
        [id, secret],
      );
      return { id, secret };
    },
    async rotate(id: string) {
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      await query(
        url,
        `update webhook_endpoints
            set previous_secret = secret,
                previous_valid_until = now() + interval '24 hours',
                secret = $2
          where id = $1`,
        [id, secret],
      );
      return secret;
    },
  };
}

test('a rolling upgrade: servers of both versions read and write everything for an hour, and then it is encrypted', async () => {
  const { database: owner, url } = await openOldDatabase(NUMBER);
  const old = oldServer(url);
  const [before, erased, endpoint] = [
    await old.makeKey(),
    await old.makeKey(),
    await old.createEndpoint(),
  ];
  await old.destroyKey(erased.personId);

  await migrate(owner);
  const upgraded = await startWith(url, KEY_A);

  const beside = await old.makeKey();
  const [made] = await ensurePersonalKeys(upgraded, [newId()]);
  assert.deepEqual(await old.readKey(made![0]), made![1]);
  const known = [before, beside].map(({ personId, key }) => [personId, key]);
  const ids = [before, beside, erased].map(({ personId }) => personId);
  const all = new Map([...known, [erased.personId, null]] as [string, Buffer | null][]);
  assert.deepEqual(await ensurePersonalKeys(upgraded, ids), all);
  await encryptAnew(upgraded, encryptedTables, new AbortController().signal);
  assert.deepEqual(await old.readKey(before.personId), before.key);
  const rotated = await old.rotate(endpoint.id);

  await passAnHour(url);
  await followKeys(upgraded);
  await encryptAnew(upgraded, encryptedTables, new AbortController().signal);
  assert.deepEqual(await ensurePersonalKeys(upgraded, ids), all);
  const [stored] = await query(
    url,
    `select secret, secret_key_id as "keyId", previous_secret as previous,
            previous_secret_key_id as "previousKeyId"
       from webhook_endpoints`,
  );
  const { secret, keyId, previous, previousKeyId } = stored as Record<string, string>;
  const place = { table: 'webhook_endpoints', id: endpoint.id };
  assert.deepEqual([keyId, previousKeyId], [ID_A, ID_A]);
  const { keyRing } = upgraded;
  assert.equal(keyRing.decryptText(place, { value: secret!, keyId: keyId! }), rotated);
  assert.equal(
    keyRing.decryptText(place, { value: previous!, keyId: previousKeyId! }),
    endpoint.secret,
  );

  // One that is late can still erase people, and is refused what it would break.
  await old.destroyKey(beside.personId);
  assert.equal((await ensurePersonalKeys(upgraded, [beside.personId])).get(beside.personId), null);
  await assert.rejects(old.rotate(endpoint.id), {
    constraint: 'webhook_endpoints_secret_key_id_check',
  });
});

test('a stored key changes only by being destroyed or encrypted under another key', async () => {
  const { database: owner, url } = await openOldDatabase(NUMBER);
  await migrate(owner);
  const { personId, key } = await oldServer(url).makeKey();
  const set = (assignments: string, ...values: unknown[]) =>
    query(url, `update personal_keys set ${assignments} where person_id = $1`, [
      personId,
      ...values,
    ]);
  const refused = { constraint: 'personal_keys_kept_check' };
  const encrypted = randomBytes(60);
  await assert.rejects(set('key = $2', randomBytes(32)), refused);
  await assert.rejects(set('key = $2', encrypted), refused);
  await set('key = $2, key_id = $3', encrypted, ID_A);
  await assert.rejects(set('key = $2', randomBytes(60)), refused);
  await assert.rejects(set('key = $2, key_id = null', key), refused);
  await assert.rejects(set('key_id = null'), refused);
  await assert.rejects(
    set('key = $2, key_id = $3, created_at = now()', encrypted, 'another'),
    refused,
  );
  await assert.rejects(set('key = $2, key_id = $3', key, 'another'), {
    constraint: 'personal_keys_key_check',
  });
  await set('key = null, destroyed_at = now()');
  const revived = set('key = $2, key_id = $3, destroyed_at = null', encrypted, ID_A);
  await assert.rejects(revived, refused);
  assert.deepEqual(
    await query(url, 'select key, key_id as "keyId" from personal_keys where person_id = $1', [
      personId,
    ]),
    [{ key: null, keyId: null }],
  );
});

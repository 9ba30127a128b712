import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import type { Log } from '../../../src/shared/log.ts';
import { openOldDatabase } from '../../support/old-database.ts';

const NUMBER = 34;

test('an upgrade ends keys without an expiry in a year, says so, and leaves the others to their creators', async () => {
  const { database } = await openOldDatabase(NUMBER);
  await database.run(
    'test.old_keys',
    `with creator as (
       insert into users (id, email, email_key, password_hash, role)
       values (gen_random_uuid(), 'a@shop.example', 'a@shop.example', '$argon2id$', 'admin')
       returning id)
     insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, expires_at, revoked_at)
     select gen_random_uuid(), key.name, 'hf_', sha256(key.name::bytea), '{orders:read}', creator.id,
            key.expires_at, key.revoked_at
       from creator
      cross join (values ('endless', null::timestamptz, null::timestamptz),
                         ('short', now() + interval '1 day', null),
                         ('revoked', null, now())) as key (name, expires_at, revoked_at)`,
    [],
  );
  const warnings: string[] = [];
  const log = { info() {}, warn: (text: string) => warnings.push(text) } as unknown as Log;
  await migrate(database, { log });
  assert.deepEqual(warnings, [
    'API keys without an expiry now end in a year: 1. GET /api/api-keys lists them.',
  ]);
  const keys = await database.run<{ name: string; days: number | null; isHeld: boolean }>(
    'test.keys',
    `select name, round(extract(epoch from expires_at - now()) / 86400)::int as days,
            held_by = created_by as "isHeld"
       from api_keys
      order by name`,
    [],
  );
  const [endless, revoked, short] = keys;
  assert.ok(endless!.days === 365 || endless!.days === 366);
  assert.equal(revoked!.days, null);
  assert.equal(short!.days, 1);
  assert.ok(keys.every(({ isHeld }) => isHeld));
});

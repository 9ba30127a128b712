import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../support/command.ts';
import { testDatabase } from '../../support/database.ts';

const { database, url } = await testDatabase();
const environment = { DATABASE_URL: url };

test('an admin with API keys loses their access only with a word on the keys', async () => {
  const holder = 'till@shop.example';
  for (const email of [holder, 'chief@shop.example', 'owner@shop.example']) {
    await runCommand(['user', 'create', email, '--role', 'admin'], { environment });
  }
  const addKey = () =>
    database.run(
      'test.add_key',
      `insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, held_by)
       select gen_random_uuid(), 'Counter', 'hf_counter', sha256(gen_random_uuid()::text::bytea),
              '{orders:read}', id, id
         from users
        where email = $1::text`,
      [holder],
    );
  const countKeys = async (email: string) => {
    const [row] = await database.run<{ count: number }>(
      'test.count_keys',
      `select count(*)::int as count
         from api_keys
         join users on users.id = api_keys.held_by
        where users.email = $1::text
          and revoked_at is null`,
      [email],
    );
    return row!.count;
  };
  await addKey();
  const disable = ['user', 'disable', holder];
  const refused = await runCommand(disable, { environment });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /hf_counter… {2}Counter\n.*--end-keys.*--keys-to/);
  const both = [...disable, '--end-keys', '--keys-to', 'chief@shop.example'];
  assert.equal((await runCommand(both, { environment })).code, 2);
  const toSelf = await runCommand([...disable, '--keys-to', holder], { environment });
  assert.equal(toSelf.code, 1);
  assert.equal(await countKeys(holder), 1);
  const moved = ['user', 'role', holder, 'kitchen', '--keys-to', 'chief@shop.example'];
  assert.equal((await runCommand(moved, { environment })).code, 0);
  assert.equal(await countKeys('chief@shop.example'), 1);
  const ended = ['user', 'disable', 'chief@shop.example', '--end-keys'];
  assert.equal((await runCommand(ended, { environment })).code, 0);
  assert.equal(await countKeys('chief@shop.example'), 0);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';

const MIGRATION = 38;

test('after the upgrade the addresses of staff and of who used the link of a reset are proven', async () => {
  const { database } = await openOldDatabase(MIGRATION);
  const users = ['unproven', 'kitchen', 'reset lately', 'reset before', 'new password', 'guest'];
  const ids = new Map(users.map((name) => [name, newId()]));
  for (const [name, id] of ids) {
    const isGuest = name === 'guest';
    await database.run(
      'test.user',
      `insert into users (id, email, email_key, name, role, guest, password_hash)
       values ($1::uuid, $1::text, $1::text, $2::text, $3::text, $4::boolean, $5::text)`,
      [id, name, name === 'kitchen' ? 'kitchen' : 'customer', isGuest, isGuest ? null : 'none'],
    );
  }
  await database.run(
    'test.reset',
    `insert into password_resets (id, token_hash, user_id, expires_at, used_at)
     values ($1::uuid, sha256('a'), $2::uuid, now(), now()), ($3::uuid, sha256('b'), $4::uuid, now(), null)`,
    [newId(), ids.get('reset lately'), newId(), ids.get('unproven')],
  );
  for (const [name, provenBy] of [
    ['reset before', 'reset_link'],
    ['new password', 'password'],
  ] as const) {
    await database.run(
      'test.audit',
      `insert into audit (id, type, subject_type, subject_id, actor_type, after)
       values ($1::uuid, 'user.password_changed', 'user', $2::uuid, 'system',
               jsonb_build_object('provenBy', $3::text))`,
      [newId(), ids.get(name), provenBy],
    );
  }
  await migrate(database);
  const proven = await database.run<{ name: string }>(
    'test.proven',
    'select name from users where email_verified_at is not null order by name',
    [],
  );
  assert.deepEqual(
    proven.map(({ name }) => name),
    ['kitchen', 'reset before', 'reset lately'],
  );
});

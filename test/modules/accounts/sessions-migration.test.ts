import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import { hashToken } from '../../../src/modules/accounts/tokens/refresh-tokens.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { accountsOn, catchCode } from './accounts-fixture.ts';

const NUMBER = 36;

interface OldSession {
  readonly name: string;
  readonly role: 'customer' | 'admin';
  /** Both in hours before the upgrade. */
  readonly created: number;
  readonly refreshed: number;
  readonly goesOn: boolean;
}

const DAY = 24;
const sessions: readonly OldSession[] = [
  { name: 'a customer', role: 'customer', created: 170 * DAY, refreshed: 29 * DAY, goesOn: true },
  { name: 'an old customer', role: 'customer', created: 181 * DAY, refreshed: 1, goesOn: false },
  { name: 'an admin', role: 'admin', created: 13 * DAY, refreshed: 11, goesOn: true },
  { name: 'an idle admin', role: 'admin', created: 13 * DAY, refreshed: 13, goesOn: false },
  { name: 'an old admin', role: 'admin', created: 15 * DAY, refreshed: 1, goesOn: false },
];

test('an upgrade keeps the sessions within the new limits, with what they prove and when they were used', async () => {
  const { database } = await openOldDatabase(NUMBER);
  const tokens = sessions.map(() => `hfr_${newId().replaceAll('-', '')}${'A'.repeat(11)}`);
  const rows = sessions.map((session, index) => ({
    ...session,
    id: newId(),
    email: `${newId()}@shop.example`,
    hash: hashToken(tokens[index]!).toString('hex'),
    spent: hashToken(`former ${tokens[index]}`).toString('hex'),
  }));
  await database.run(
    'test.old_sessions',
    `with old as (
       select *
         from jsonb_to_recordset($1::jsonb)
           as old (id uuid, name text, role text, email text, hash text, spent text, created int, refreshed int)
     ), person as (
       insert into users (id, email, email_key, name, role, password_hash)
       select id, email, email, name, role, '$argon2id$'
         from old
     ), family as (
       insert into refresh_families (id, user_id, created_at, expires_at)
       select id, id, now() - make_interval(hours => created),
              now() - make_interval(hours => refreshed) + interval '30 days'
         from old
     )
     insert into refresh_tokens (token_hash, family_id, issued_at, spent_at)
     select decode(spent, 'hex'), id, now() - make_interval(hours => created),
            now() - make_interval(hours => refreshed)
       from old
      union all
     select decode(hash, 'hex'), id, now() - make_interval(hours => refreshed), null
       from old`,
    [JSON.stringify(rows)],
  );
  await migrate(database);

  const stored = await database.run<{ name: string; used: number; proved: number }>(
    'test.new_sessions',
    `select name,
            round(extract(epoch from now() - last_used_at) / 3600)::int as used,
            round(extract(epoch from now() - authenticated_at) / 3600)::int as proved
       from refresh_families
       join users on users.id = user_id`,
    [],
  );
  assert.deepEqual(
    new Map(stored.map(({ name, used, proved }) => [name, [used, proved]])),
    new Map(sessions.map(({ name, refreshed, created }) => [name, [refreshed, created]])),
  );
  const accounts = accountsOn(database);
  for (const [index, { name, goesOn }] of sessions.entries()) {
    const code = await catchCode(() => accounts.refreshSession(tokens[index]!));
    assert.equal(code, goesOn ? null : 'accounts.refresh_invalid', name);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '../../../src/database/database.ts';
import { migrate } from '../../../src/database/migrate.ts';
import { toLimitSeconds } from '../../../src/modules/accounts/session-limits.ts';
import { listFamilies } from '../../../src/modules/accounts/sessions/session-list-queries.ts';
import { hashToken } from '../../../src/modules/accounts/tokens/refresh-tokens.ts';
import { newId } from '../../../src/shared/ids.ts';
import { openOldDatabase } from '../../support/old-database.ts';
import { accountsOn, callerBehind, catchCode, signUpUser } from './accounts-fixture.ts';

const NUMBER = 36;
const HOUR_MS = 3_600_000;
const LIMITS = toLimitSeconds({
  customerDays: 180,
  customerIdleDays: 30,
  staffDays: 14,
  staffIdleHours: 12,
});

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

test('an upgrade keeps the sessions within the new limits, with when they were used, and rewrites none', async () => {
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
  const before = await readVersions(database);
  await migrate(database);
  assert.deepEqual(await readVersions(database), before, 'no row is rewritten under the lock');

  const accounts = accountsOn(database);
  for (const [index, { name, refreshed, goesOn }] of sessions.entries()) {
    const { id } = rows[index]!;
    const [listed] = await listFamilies(database, id, LIMITS);
    assert.equal(
      listed && Math.round((Date.now() - listed.lastUsedAt.getTime()) / HOUR_MS),
      goesOn ? refreshed : undefined,
      name,
    );
    const code = await catchCode(() => accounts.refreshSession(tokens[index]!));
    assert.equal(code, goesOn ? null : 'accounts.refresh_invalid', name);
  }
});

test('who signed in at a server of the former version has no recent proof', async () => {
  const { database } = await openOldDatabase(NUMBER);
  await migrate(database);
  const accounts = accountsOn(database);
  const { user } = await signUpUser(accounts);
  const token = `hfr_${newId().replaceAll('-', '')}${'A'.repeat(11)}`;
  await database.run(
    'test.session_of_old_server',
    `with family as (
       insert into refresh_families (id, user_id, expires_at)
       values ($1::uuid, $2::uuid, now() + interval '30 days')
       returning id
     )
     insert into refresh_tokens (token_hash, family_id)
     select $3::bytea, id
       from family`,
    [newId(), user.id, hashToken(token)],
  );
  const { accessToken } = await accounts.refreshSession(token);
  assert.equal((await callerBehind(accounts, accessToken)).hasRecentProof, false);
});

/** Returns where each session is stored and by which transaction, which an update changes. */
const readVersions = (database: Database) =>
  database.run<{ id: string; version: string }>(
    'test.session_versions',
    `select id, ctid::text || ' ' || xmin::text as version
       from refresh_families
      order by id`,
    [],
  );

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { migrate } from '../../../src/database/migrate.ts';
import type { Log } from '../../../src/shared/log.ts';
import { openOldDatabase } from '../../support/old-database.ts';

const NUMBER = 39;

test('an upgrade knows who made the refunds of the last hour, and names keys that refund without a limit', async () => {
  const { database } = await openOldDatabase(NUMBER);
  const [admin] = await database.run<{ id: string }>(
    'test.add_old_refunds',
    `with admin as (
       insert into users (id, email, email_key, password_hash, role)
       values (gen_random_uuid(), 'a@shop.example', 'a@shop.example', '$argon2id$', 'admin')
       returning id
     ), keys as (
       insert into api_keys (id, name, prefix, secret_hash, scopes, created_by, held_by, revoked_at)
       select gen_random_uuid(), name, 'hf_', sha256(name::bytea), scopes, admin.id, admin.id, revoked_at
         from admin
        cross join (values ('till', '{payments:refund}'::text[], null::timestamptz),
                           ('lost till', '{payments:refund}', now()),
                           ('board', '{orders:read}', null)) as old (name, scopes, revoked_at)
     ), payment as (
       insert into payments (id, provider, status, amount_minor, currency)
       values (gen_random_uuid(), 'sandbox', 'FLAGGED', 500, 'GBP')
       returning id
     ), capture as (
       insert into payment_captures (id, provider, provider_reference, payment_id, kind, amount_minor, currency)
       select gen_random_uuid(), 'sandbox', 'charge', id, 'flagged', 500, 'GBP'
         from payment
       returning id, payment_id
     ), refunds as (
       insert into payment_refunds (id, capture_id, payment_id, cause, amount_minor, currency, reason, status, created_at)
       select gen_random_uuid(), capture.id, payment_id, cause, amount, 'GBP', 'cold', 'SUCCEEDED', created_at
         from capture
        cross join (values ('admin', 1, now()),
                           ('surplus', 2, now()),
                           ('admin', 3, now() - interval '3 hours')) as old (cause, amount, created_at)
       returning id, cause, created_at
     ), facts as (
       insert into events (id, type, actor_type, actor_id, data, at)
       select gen_random_uuid(), 'refund.created', case cause when 'admin' then 'user' else 'system' end,
              case cause when 'admin' then admin.id end, jsonb_build_object('refundId', refunds.id), created_at
         from refunds
        cross join admin)
     select id
       from admin`,
    [],
  );
  const warnings: string[] = [];
  const log = { info() {}, warn: (text: string) => warnings.push(text) } as unknown as Log;
  await migrate(database, { log });
  assert.deepEqual(warnings, [
    'API keys that refund without a limit: 1. GET /api/api-keys lists them: replace them by keys with refundMax.',
  ]);
  const refunds = await database.run<{ amount: number; actorId: string | null }>(
    'test.actors_of_refunds',
    'select amount_minor as amount, actor_id as "actorId" from payment_refunds order by amount_minor',
    [],
  );
  assert.deepEqual(refunds, [
    { amount: 1, actorId: admin!.id },
    { amount: 2, actorId: null },
    { amount: 3, actorId: null },
  ]);
  await assert.rejects(
    database.run('test.change_actor', 'update payment_refunds set actor_id = null', []),
    /a refund is for what it was asked for/,
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { RUNTIME_ROLE } from '../../src/database/embedded/index.ts';
import { grantTo, migrate } from '../../src/database/migrate.ts';
import { findPrivilegeGaps, SCHEMAS } from '../../src/database/privileges.ts';
import { emptyDatabase, testDatabase } from '../support/database.ts';
import { buildPlacementContext, createTestOrders } from '../support/orders.ts';
import { addProduct, addUser } from '../support/shop.ts';
import { query } from '../support/until.ts';

const { database, owner, url, ownerUrl } = await testDatabase();
const product = await addProduct(database);
await createTestOrders(database).placeOrder(buildPlacementContext(await addUser(database)), {
  items: [{ sku: product.sku, quantity: 1 }],
});

const everything = 'DELETE,INSERT,SELECT,UPDATE';
/** The tables on which the product has fewer privileges. */
const exceptions: Readonly<Record<string, string>> = {
  // INSERT on most columns.
  audit: 'SELECT',
  events: 'SELECT',
  stock_movements: 'INSERT,SELECT',
  order_status_steps: 'SELECT',
  newest_seal: 'SELECT',
  schema_migrations: 'SELECT',
  order_lines: 'INSERT,SELECT,UPDATE',
  orders: 'INSERT,SELECT,UPDATE',
  payment_captures: 'INSERT,SELECT,UPDATE',
  payment_refunds: 'INSERT,SELECT,UPDATE',
  payments: 'INSERT,SELECT,UPDATE',
  personal_keys: 'INSERT,SELECT,UPDATE',
  provider_events: 'INSERT,SELECT,UPDATE',
};
/** Those of a table that later migrations add, with a guard that refuses every change. */
const appendOnly = 'INSERT,SELECT';

async function listPrivileges(kinds: string): Promise<Map<string, string>> {
  const rows = await query(
    ownerUrl,
    `select class.oid::regclass::text as name,
            coalesce(string_agg(acl.privilege_type, ',' order by acl.privilege_type), '') as privileges
       from pg_class class
       left join lateral (
         select privilege_type
           from aclexplode(class.relacl)
          where grantee in (0, $2::regrole)) as acl on true
      where class.relnamespace = any($1::text[]::regnamespace[])
        and class.relkind = any($3::"char"[])
        and class.relname !~ '^pg_stat_statements'
      group by class.oid`,
    [SCHEMAS, RUNTIME_ROLE, kinds.split('')],
  );
  return new Map(rows.map(({ name, privileges }) => [String(name), String(privileges)]));
}

async function isGuarded(table: string): Promise<boolean> {
  const rows = await query(
    ownerUrl,
    `select coalesce(bit_or(tgtype), 0) & 24 = 24 as guarded
       from pg_trigger
      where tgrelid = $1::regclass
        and tgfoid = any('{refuse_change(),guard_event(),guard_audit()}'::regprocedure[])`,
    [table],
  );
  return rows[0]!.guarded === true;
}

describe('the role that the product runs as', () => {
  test('has on every table exactly SELECT, INSERT, UPDATE and DELETE, or what its guard leaves of them', async () => {
    const tables = await listPrivileges('rp');
    assert.ok(tables.size > 50, `${tables.size} tables`);
    const wrong: string[] = [];
    for (const [name, privileges] of tables) {
      const expected = exceptions[name] ?? ((await isGuarded(name)) ? appendOnly : everything);
      if (privileges !== expected) wrong.push(`${name}: ${privileges}, not ${expected}`);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(
      Object.keys(exceptions).filter((name) => !tables.has(name)),
      [],
    );
  });

  test('may only read views and the sequences of identity columns', async () => {
    assert.deepEqual([...new Set((await listPrivileges('v')).values())], ['SELECT']);
    const sequences = await listPrivileges('S');
    assert.equal(sequences.get('order_numbers'), 'SELECT,UPDATE,USAGE');
    assert.equal(sequences.get('events_position_seq'), 'SELECT');
  });

  test('may execute every function', async () => {
    const refused = await query(
      ownerUrl,
      `select oid::regprocedure::text as name
         from pg_proc
        where pronamespace = any($1::text[]::regnamespace[])
          and not has_function_privilege($2::name, oid, 'execute')`,
      [SCHEMAS, RUNTIME_ROLE],
    );
    assert.deepEqual(refused, []);
  });

  test('has them in every schema that the migrations create', async () => {
    const rows = await query(
      ownerUrl,
      `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
    );
    assert.deepEqual(rows.map(({ name }) => name).sort(), [...SCHEMAS].sort());
  });

  test('is no superuser, owns nothing, and belongs to no role', async () => {
    const rows = await query(
      ownerUrl,
      `select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as powerful,
              exists (select from pg_auth_members where member = role.oid) as "isMember",
              exists (select from pg_shdepend where refobjid = role.oid and deptype = 'o') as "ownsSomething"
         from pg_roles role
        where rolname = $1`,
      [RUNTIME_ROLE],
    );
    assert.deepEqual(rows, [{ powerful: false, isMember: false, ownsSomething: false }]);
  });
});

const refused = { code: '42501' };

describe('the database refuses the product', () => {
  for (const [what, text] of Object.entries({
    'to change the log': 'update events set reason = null',
    'to remove from the log': 'delete from events',
    'to choose the time of an event': `insert into events (id, type, actor_type, cause, at)
                                       values (gen_random_uuid(), 'prices.changed', 'system', '{}', '2020-01-01')`,
    'to choose the position of an event': `insert into events (position, id, type, actor_type, cause)
                                           overriding system value
                                           values (1000000, gen_random_uuid(), 'prices.changed', 'system', '{}')`,
    'to choose the time of an audit row': `insert into audit (id, type, subject_type, actor_type, at)
                                           values (gen_random_uuid(), 'shop.changed', 'shop', 'system', '2020-01-01')`,
    'to choose the position of an audit row': `insert into audit (position, id, type, subject_type, actor_type)
                                               overriding system value
                                               values (1000000, gen_random_uuid(), 'shop.changed', 'shop', 'system')`,
    'to change the stock ledger': 'update stock_movements set delta = 0',
    'to remove an order': 'delete from orders',
    'to lower the record of the newest seal': 'update newest_seal set number = 0',
    'to allow another status step': `insert into order_status_steps values ('COMPLETED', 'PENDING', false)`,
    'to change what was migrated': 'delete from schema_migrations',
    'to skip positions of the log': `select nextval('events_position_seq')`,
    'to empty a table': 'truncate idempotency_keys',
    'to create a table': 'create table stolen (id integer)',
    'to create a temporary table': 'create temporary table stolen (id integer)',
    'to create a table for the queue': 'create table pgboss.stolen (id integer)',
    'to create a view': 'create view stolen as select 1 as one',
    'to create a function': `create function stolen() returns integer language sql as 'select 1'`,
    'to create a schema': 'create schema stolen',
    'to create an index': 'create index stolen on orders (note)',
    'to create a trigger':
      'create trigger stolen before insert on events for each row execute function refuse_change()',
    'to replace a guard': `create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'`,
    'to disable a guard': 'alter table events disable trigger all',
    'to disable all triggers': 'set session_replication_role = replica',
    'to add a column': 'alter table orders add column stolen integer',
    'to drop a table': 'drop table carts',
    'to lock the log': 'begin; lock table events in access exclusive mode',
    'to grant privileges': 'grant all on orders to public',
    'to become the owner': 'set role holdfast',
    'to read files of the server': `select pg_read_file('postgresql.conf')`,
    'to run programs on the server': `copy users to program 'cat'`,
    'to change the settings of the server': 'alter system set fsync = off',
  })) {
    test(what, async () => {
      // A grant without the right to it is only a warning.
      if (text.startsWith('grant')) {
        await query(url, text);
        const rows = await query(
          url,
          `select has_table_privilege('public', 'orders', 'select') as can`,
        ).catch(() => []);
        assert.notEqual(rows[0]?.can, true);
        return;
      }
      await assert.rejects(query(url, text), refused);
    });
  }

  test('to change the log through its own connections', async () => {
    const change = database.run('test.change', 'update events set reason = null', []);
    await assert.rejects(change, refused);
    await assert.rejects(
      database.transaction((tx) => tx.run('test.remove', 'delete from events', [])),
      refused,
    );
  });
});

async function migratedWith(text: string) {
  const { url: ownUrl, ownerUrl: ownersUrl } = await emptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  after(() => rm(folder, { recursive: true }));
  const first = `create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'no' using errcode = 'restrict_violation'; end $$;`;
  await writeFile(join(folder, '0001_first.sql'), first);
  const migrator = createDatabase({ url: ownersUrl, poolMax: 1, constraints: {} });
  after(() => migrator.close());
  await migrate(migrator, { directory: folder, grantTo: RUNTIME_ROLE });
  await writeFile(join(folder, '0002_second.sql'), text);
  await migrate(migrator, { directory: folder, grantTo: RUNTIME_ROLE });
  return { ownUrl, ownersUrl, migrator };
}

describe('a later migration', () => {
  test('gives the product its privileges on what it creates, without naming them', async () => {
    const { ownUrl } = await migratedWith(
      `create table notes (id bigint generated always as identity, text text);
       create table diary (text text);
       create trigger diary_append_only before update or delete on diary for each row execute function refuse_change();
       create sequence note_numbers;
       create view short_notes as select text from notes;
       create function count_notes() returns bigint language sql as 'select count(*) from notes';`,
    );
    await query(ownUrl, `insert into notes (text) values ('one')`);
    await query(ownUrl, `update notes set text = 'two'`);
    await query(ownUrl, `select nextval('note_numbers'), count_notes() from short_notes`);
    await query(ownUrl, 'delete from notes');
    await query(ownUrl, `insert into diary values ('one')`);
    await assert.rejects(query(ownUrl, `update diary set text = 'two'`), refused);
    await assert.rejects(query(ownUrl, 'delete from diary'), refused);
    await assert.rejects(query(ownUrl, 'drop table notes'), refused);
  });

  test('that fails grants nothing', async () => {
    await assert.rejects(
      migratedWith('create table notes (id integer); select nonsense();'),
      /nonsense/,
    );
  });
});

describe('granting', () => {
  test('revokes what was granted besides, also on columns', async () => {
    await query(ownerUrl, `grant all on events, carts to ${RUNTIME_ROLE}`);
    await query(ownerUrl, `grant update (reason) on events to ${RUNTIME_ROLE}`);
    await query(ownerUrl, `grant create on schema public to ${RUNTIME_ROLE}`);
    await query(url, 'update events set reason = null where false');
    await grantTo(owner, RUNTIME_ROLE);
    await assert.rejects(query(url, 'update events set reason = null where false'), refused);
    await assert.rejects(query(url, 'truncate carts'), refused);
    await assert.rejects(query(url, 'create table stolen (id integer)'), refused);
  });

  test('leaves INSERT on the columns of the log when it revokes that on the whole table, as of before', async () => {
    for (const held of ['grant insert on events, audit', 'revoke insert on events, audit']) {
      await query(ownerUrl, `${held} ${held.startsWith('grant') ? 'to' : 'from'} ${RUNTIME_ROLE}`);
      await query(ownerUrl, `grant insert (at) on audit to ${RUNTIME_ROLE}`);
      await grantTo(owner, RUNTIME_ROLE);
      const rows = await query(
        ownerUrl,
        `select attrelid::regclass::text as name, string_agg(attname, ',' order by attname) as columns
           from pg_attribute
          where attrelid = any('{events,audit}'::regclass[])
            and attnum > 0
            and not has_column_privilege($1, attrelid, attnum, 'insert')
          group by attrelid
          order by 1`,
        [RUNTIME_ROLE],
      );
      assert.deepEqual(rows, [
        { name: 'audit', columns: 'at,position' },
        { name: 'events', columns: 'at,position' },
      ]);
    }
  });

  test('works for several servers at once, and changes nothing when there is nothing to do', async () => {
    await query(ownerUrl, `revoke all on orders, carts, users from ${RUNTIME_ROLE}`);
    await Promise.all(Array.from({ length: 4 }, () => grantTo(owner, RUNTIME_ROLE)));
    const client = await owner.connect();
    try {
      assert.deepEqual(await findPrivilegeGaps(client, RUNTIME_ROLE), []);
    } finally {
      await client.end();
    }
  });

  test('leaves the tables of others alone', async () => {
    await query(ownerUrl, 'create role reporter');
    await query(ownerUrl, 'create table reports (id integer)');
    await query(ownerUrl, 'alter table reports owner to reporter');
    try {
      await grantTo(owner, RUNTIME_ROLE);
      await assert.rejects(query(url, 'select from reports'), refused);
      await migrate(database);
    } finally {
      await query(ownerUrl, 'drop table reports');
      await query(ownerUrl, 'drop role reporter');
    }
  });

  test('names what the role has through PUBLIC, which it cannot revoke', async () => {
    await query(ownerUrl, 'grant delete on events to public');
    const warnings: string[] = [];
    try {
      await migrate(owner, {
        grantTo: RUNTIME_ROLE,
        log: { info() {}, warn: (message) => warnings.push(message) },
      });
    } finally {
      await query(ownerUrl, 'revoke delete on events from public');
    }
    assert.match(
      warnings.join(),
      /holdfast_app .* through PUBLIC.*: delete on table public\.events/,
    );
  });
});

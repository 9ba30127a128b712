import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createDatabase } from '../../../src/database/database.ts';
import { RUNTIME_ROLE } from '../../../src/database/embedded/index.ts';
import { migrate, migrationsDirectory } from '../../../src/database/migrate.ts';
import { runCommand } from '../../support/command.ts';
import { emptyDatabase, testDatabase, toOwnerUrl } from '../../support/database.ts';
import { ownPort } from '../../support/own-port.ts';
import { query } from '../../support/until.ts';

const { url, ownerUrl } = await testDatabase();

function withUser(databaseUrl: string, name: string, password: string): string {
  const changed = new URL(databaseUrl);
  changed.username = name;
  changed.password = password;
  return changed.href;
}

async function run(command: string, environment: Record<string, string>) {
  const { code, stdout, stderr } = await runCommand([command], {
    environment: { DEMO_DATA: 'false', PORT: '0', ...environment },
  });
  assert.doesNotMatch(stderr, /^ +at /m);
  return { code, text: stdout + stderr };
}

/** Returns an empty database in which all migrations but the last have been applied. */
async function behindByOne(): Promise<{ url: string; ownerUrl: string }> {
  const empty = await emptyDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  after(() => rm(folder, { recursive: true }));
  await cp(migrationsDirectory, folder, { recursive: true });
  const newest = (await readdir(folder))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .at(-1)!;
  await rm(join(folder, newest));
  const owner = createDatabase({ url: empty.ownerUrl, poolMax: 1, constraints: {} });
  await migrate(owner, { directory: folder, grantTo: RUNTIME_ROLE });
  await owner.close();
  return empty;
}

describe('without the owner', () => {
  test('a server refuses an empty database, and says who creates the tables', async () => {
    const empty = await emptyDatabase();
    for (const command of ['serve', 'migrate']) {
      const { code, text } = await run(command, { DATABASE_URL: empty.url });
      assert.equal(code, 3, text);
      assert.match(text, /DATABASE_MIGRATION_URL/);
    }
  });

  test('a server refuses a database that lacks a migration, and names it', async () => {
    const behind = await behindByOne();
    for (const command of ['serve', 'migrate']) {
      const { code, text } = await run(command, { DATABASE_URL: behind.url });
      assert.equal(code, 3, text);
      assert.match(text, /Migration \d+ \(\w+\) is missing, and this user may not apply it/);
      assert.match(
        text,
        /"holdfast migrate" with the owner of the tables in DATABASE_MIGRATION_URL/,
      );
    }
    const { code, text } = await run('migrate', {
      DATABASE_URL: behind.url,
      DATABASE_MIGRATION_URL: behind.ownerUrl,
    });
    assert.equal(code, 0, text);
    assert.equal((await run('check', { DATABASE_URL: behind.url })).code, 0);
  });

  test('a user without privileges gets the statements that grant them', async () => {
    await query(ownerUrl, `create role other_app login password 'other'`);
    after(async () => {
      await query(ownerUrl, 'drop owned by other_app');
      await query(ownerUrl, 'drop role other_app');
    });
    const other = withUser(url, 'other_app', 'other');
    const { code, text } = await run('migrate', { DATABASE_URL: other });
    assert.equal(code, 3, text);
    assert.match(text, /may not read the tables of Holdfast/);
    await query(ownerUrl, 'grant select on schema_migrations to other_app');
    const lacking = await run('migrate', { DATABASE_URL: other });
    assert.equal(lacking.code, 3);
    assert.match(
      lacking.text,
      /other_app of DATABASE_URL lacks privileges.*grant .* to "?other_app/,
    );
    const granted = await run('migrate', { DATABASE_URL: other, DATABASE_MIGRATION_URL: ownerUrl });
    assert.equal(granted.code, 0, granted.text);
    const again = await run('migrate', { DATABASE_URL: other });
    assert.match(again.text, /Nothing to do/);
  });
});

describe('a wrong DATABASE_MIGRATION_URL', () => {
  const wrong: [what: string, url: () => string | Promise<string>, expected: RegExp][] = [
    [
      'with a wrong password',
      () => withUser(ownerUrl, 'holdfast', 'guess'),
      /refused the sign-in.*user and password in DATABASE_MIGRATION_URL/,
    ],
    [
      'of another database',
      async () => (await emptyDatabase()).ownerUrl,
      /DATABASE_MIGRATION_URL and DATABASE_URL name different databases \(test_\w+ and test_\w+\)/,
    ],
    [
      'of a database that does not exist',
      () => toOwnerUrl('postgres://host/nowhere'),
      /does not exist.*correct DATABASE_MIGRATION_URL/,
    ],
    [
      'where nothing listens',
      async () => `postgres://holdfast@127.0.0.1:${await ownPort()}/shop`,
      /nothing listens at .*correct DATABASE_MIGRATION_URL/,
    ],
  ];
  for (const [what, migrationUrl, expected] of wrong) {
    test(`${what} is explained, and named by doctor`, async () => {
      const environment = { DATABASE_URL: url, DATABASE_MIGRATION_URL: await migrationUrl() };
      const { code, text } = await run('migrate', environment);
      assert.equal(code, 3, text);
      assert.match(text, expected);
      const doctor = await run('doctor', environment);
      assert.equal(doctor.code, 1, doctor.text);
      assert.match(doctor.text.replaceAll(/\s+/g, ' '), /WRONG migrations/);
    });
  }

  test('without DATABASE_URL is a configuration error', async () => {
    const { code, text } = await run('migrate', { DATABASE_MIGRATION_URL: ownerUrl });
    assert.equal(code, 2);
    assert.match(text, /DATABASE_MIGRATION_URL goes with DATABASE_URL/);
  });
});

describe('doctor', () => {
  const words = (text: string) => text.replaceAll(/\s+/g, ' ');

  test('finds nothing to do for a role that owns nothing', async () => {
    const { text } = await run('doctor', { DATABASE_URL: url });
    assert.match(words(text), /ok database role holdfast_app owns nothing/);
  });

  test('lists a superuser, and says how to create another role', async () => {
    const { text } = await run('doctor', { DATABASE_URL: ownerUrl });
    assert.match(
      words(text),
      /look database role The user holdfast of DATABASE_URL is a superuser, .*create role holdfast_app login password '…'; set DATABASE_MIGRATION_URL/,
    );
  });

  test('lists a role that owns the tables, and one that is a member of such a role', async () => {
    const empty = await emptyDatabase();
    await query(ownerUrl, `create role shop_owner login password 'shop'`);
    await query(ownerUrl, `create role shop_member login password 'shop' in role shop_owner`);
    const name = new URL(empty.url).pathname.slice(1);
    await query(ownerUrl, `alter database ${name} owner to shop_owner`);
    after(async () => {
      await query(empty.ownerUrl, 'drop owned by shop_owner cascade').catch(() => {});
      await query(ownerUrl, 'drop role shop_member, shop_owner').catch(() => {});
    });
    const own = withUser(empty.url, 'shop_owner', 'shop');
    assert.equal((await run('migrate', { DATABASE_URL: own })).code, 0);
    assert.match(
      words((await run('doctor', { DATABASE_URL: own })).text),
      /shop_owner of DATABASE_URL owns the tables/,
    );
    const member = withUser(empty.url, 'shop_member', 'shop');
    assert.match(
      words((await run('doctor', { DATABASE_URL: member })).text),
      /shop_member of DATABASE_URL is a member of shop_owner, which owns the tables/,
    );
  });

  test('reports missing privileges as wrong, and needless ones', async () => {
    await query(ownerUrl, `revoke insert on orders from ${RUNTIME_ROLE}`);
    await query(ownerUrl, `grant delete on events to ${RUNTIME_ROLE}`);
    const { code, text } = await run('doctor', { DATABASE_URL: url });
    assert.equal(code, 1, text);
    assert.match(
      words(text),
      /WRONG database role .* lacks privileges.*grant insert on table public\.orders to/,
    );
    assert.match(words(text), /look database role .*delete on table public\.events/);
    const migrated = await run('migrate', { DATABASE_URL: url, DATABASE_MIGRATION_URL: ownerUrl });
    assert.equal(migrated.code, 0, migrated.text);
    assert.match(words((await run('doctor', { DATABASE_URL: url })).text), /ok database role/);
  });
});

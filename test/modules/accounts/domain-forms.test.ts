import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { domainToASCII } from 'node:url';
import { createDatabase, type Database } from '../../../src/database/database.ts';
import { migrate, migrationsDirectory } from '../../../src/database/migrate.ts';
import { emailKey } from '../../../src/modules/accounts/email.ts';
import { newId } from '../../../src/shared/ids.ts';
import { emptyDatabase } from '../../support/database.ts';

/** Creates a database as it was before addresses had one key for both forms of their domain. */
async function createOlderDatabase(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  after(() => rm(folder, { recursive: true }));
  const names = (await readdir(migrationsDirectory)).sort();
  const ours = names.findIndex((name) => name.endsWith('_domain_forms.sql'));
  assert.ok(ours > 0);
  for (const name of names.slice(0, ours))
    await cp(join(migrationsDirectory, name), join(folder, name));
  const { ownerUrl: url } = await emptyDatabase();
  const database = createDatabase({ url, poolMax: 2, constraints: {} });
  after(() => database.close());
  await migrate(database, { directory: folder });
  return database;
}

/** Adds users in the order in which they signed up, with the key of the version before. */
async function addUsers(
  database: Database,
  users: readonly { readonly email: string; readonly disabled?: boolean }[],
): Promise<void> {
  for (const [index, { email, disabled = false }] of users.entries()) {
    await database.run(
      'test.add_user',
      `insert into users (id, email, email_key, password_hash, created_at, disabled_at)
       values ($1::uuid, $2::text, $3::text, '', now() + make_interval(secs => $4::int),
               case when $5::boolean then now() end)`,
      [newId(), email, email.normalize('NFKC').toLowerCase(), index, disabled],
    );
  }
}

async function keysIn(database: Database): Promise<Record<string, string>> {
  const rows = await database.run<{ email: string; key: string }>(
    'test.keys',
    'select email, email_key as key from users order by email',
    [],
  );
  return Object.fromEntries(rows.map(({ email, key }) => [email, key]));
}

async function migrated(database: Database): Promise<string[]> {
  const warnings: string[] = [];
  await migrate(database, { log: { info() {}, warn: (message) => warnings.push(message) } });
  return warnings;
}

const LETTERS =
  'abcdefghijklmnopqrstuvwxyz0123456789äöüßéñçøłžćабвгдежзийклмнαβγδεζηθ例えばテスト中国公司한국도메인';

/** Yields labels of one to twenty letters, the same in every run. */
function* labels(count: number): Generator<string> {
  const letters = [...LETTERS];
  let state = 7;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let index = 0; index < count; index += 1) {
    yield Array.from({ length: 1 + next(20) }, () => letters[next(letters.length)]).join('');
  }
}

describe('the key of an existing address', () => {
  test('is the one by which both forms of its domain are looked up', async () => {
    const database = await createOlderDatabase();
    const domains = [
      'example.com',
      'bücher.example',
      'xn--80ak6aa92e.com',
      'xn--i-7iq.ws',
      'xn--zzzz.example',
      'xn--.example',
      'xn--example-.example',
      'xn--a-xn--b.example',
      'xn--99999999999999999.example',
      'mail.xn--bcher-kva.xn--p1ai',
      ...[...labels(300)].map((label) => domainToASCII(`${label}.example`)),
    ].filter((domain) => domain !== '');
    const emails = [...new Set(domains)].map((domain, index) => `user-${index}@${domain}`);
    assert.ok(emails.filter((email) => email.includes('xn--')).length > 200);
    await addUsers(
      database,
      emails.map((email) => ({ email })),
    );
    assert.deepEqual(await migrated(database), []);
    const keys = await keysIn(database);
    for (const email of emails) assert.equal(keys[email], emailKey(email), email);
  });

  test('is given to one of two users who share it; both are kept and named', async () => {
    const database = await createOlderDatabase();
    await addUsers(database, [
      { email: 'ann@xn--bcher-kva.example' },
      { email: 'ann@bücher.example' },
      { email: 'ben@bücher.example', disabled: true },
      { email: 'ben@xn--bcher-kva.example' },
      { email: 'cas@xn--bcher-kva.example', disabled: true },
      { email: 'cas@bücher.example' },
      { email: 'dee@XN--BCHER-KVA.example' },
    ]);
    const warnings = await migrated(database);
    assert.equal(warnings.length, 3, warnings.join('\n'));
    for (const name of ['ann', 'ben', 'cas']) {
      assert.ok(warnings.some((warning) => warning.includes(`the address ${name}@bücher.example`)));
    }
    assert.deepEqual(await keysIn(database), {
      'ann@bücher.example': 'ann@bücher.example',
      'ann@xn--bcher-kva.example': 'ann@xn--bcher-kva.example',
      'ben@bücher.example': 'ben@xn--bcher-kva.example',
      'ben@xn--bcher-kva.example': 'ben@bücher.example',
      'cas@bücher.example': 'cas@bücher.example',
      'cas@xn--bcher-kva.example': 'cas@xn--bcher-kva.example',
      'dee@XN--BCHER-KVA.example': 'dee@bücher.example',
    });
  });
});

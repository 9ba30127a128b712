import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runCommand } from '../../support/command.ts';

/** The messages of a command, the server and doctor about an unusable data folder. */
const folder = await mkdtemp(join(tmpdir(), 'holdfast-data-'));
after(() => rm(folder, { recursive: true, force: true }));
// Other accounts must be able to traverse this directory, because root's PostgreSQL runs as another account.
await chmod(folder, 0o711);

async function assertExplained(
  dataDir: string,
  words: RegExp,
  more: { readonly asUser?: number; readonly everywhere?: boolean } = {},
): Promise<void> {
  const environment = { DATA_DIR: dataDir, PORT: '0' };
  const others = [
    [['serve'], 3],
    [['doctor'], 1],
  ] as const;
  for (const [args, code] of [
    [['check', '--new'], 3] as const,
    ...(more.everywhere === true ? others : []),
  ]) {
    const options = { environment, ...(more.asUser === undefined ? {} : { asUser: more.asUser }) };
    const result = await runCommand(args, options);
    const output = `${result.stdout}${result.stderr}`;
    assert.equal(result.code, code, `${args}: ${output}`);
    assert.match(output, words, args.join(' '));
    assert.match(output, /DATA_DIR|DATABASE_URL|backup|chmod/);
    assert.doesNotMatch(output, /^ +at |undefined/m);
  }
}

test('a data folder that is a file, or below one, is explained', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  await assertExplained(file, /file.* is a file where a folder is needed|passes through a file/, {
    everywhere: true,
  });
  await assertExplained(join(file, 'below'), /passes through a file where a folder is needed/);
});

test('a data folder with a name that is too long is explained', async () => {
  await assertExplained(join(folder, 'a'.repeat(300)), /too long/);
});

test('a data folder with a path too long for a socket works', async () => {
  const dataDir = join(folder, 'a'.repeat(120), 'b'.repeat(60));
  const { code, stderr } = await runCommand(['check', '--new'], {
    environment: { DATA_DIR: dataDir },
  });
  assert.equal(code, 0, stderr);
});

test('a database folder with files but no valid PG_VERSION is explained', async () => {
  const dataDir = join(folder, 'damaged');
  await mkdir(join(dataDir, 'postgres/base'), { recursive: true });
  await assertExplained(dataDir, /is damaged: .*PG_VERSION is not among them/, {
    everywhere: true,
  });
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '');
  await assertExplained(dataDir, /is damaged: PG_VERSION does not contain/);
});

test('a database of an older or newer PostgreSQL is explained', async () => {
  const dataDir = join(folder, 'other-version');
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  for (const [version, words] of [
    ['16', /is of PostgreSQL 16, but this Holdfast includes PostgreSQL \d+: .*older.*dump/],
    ['99', /is of PostgreSQL 99, but .*newer Holdfast/],
  ] as const) {
    await writeFile(join(dataDir, 'postgres/PG_VERSION'), `${version}\n`);
    await assertExplained(dataDir, words);
  }
});

test('a secret file in the data folder that is empty or a folder is explained', async () => {
  const dataDir = join(folder, 'secrets');
  await mkdir(dataDir);
  await writeFile(join(dataDir, 'jwt-secret'), '');
  const environment = { DATA_DIR: dataDir, PORT: '0' };
  const empty = await runCommand(['serve'], { environment });
  assert.equal(empty.code, 3);
  assert.match(empty.stderr, /jwt-secret, in the data folder, is empty/);
  await rm(join(dataDir, 'jwt-secret'));
  await mkdir(join(dataDir, 'jwt-secret'));
  const isFolder = await runCommand(['serve'], { environment });
  assert.equal(isFolder.code, 3);
  assert.match(
    isFolder.stderr,
    /jwt-secret, in the data folder, is a folder where a file is needed/,
  );
});

const isRoot = process.getuid?.() === 0;

test('a data folder that belongs to another user or is read-only is explained', {
  skip: !isRoot && 'only root can act as another user',
}, async () => {
  const theirs = join(folder, 'theirs');
  await mkdir(theirs, { mode: 0o700 });
  const other = { asUser: 65_534 };
  await assertExplained(theirs, /belongs to another user/, other);
  await chmod(theirs, 0o711);
  await mkdir(join(theirs, 'postgres'), { mode: 0o700 });
  await assertExplained(theirs, /belongs to another user/, other);
  const readOnly = join(folder, 'read-only');
  await mkdir(readOnly, { mode: 0o555 });
  await chown(readOnly, other.asUser, other.asUser);
  await assertExplained(readOnly, /this one may not access it/, other);
});

describe('an existing database', () => {
  const whole = join(folder, 'whole');
  let copies = 0;

  before(async () => {
    const { code, stderr } = await runCommand(['check', '--new'], {
      environment: { DATA_DIR: whole },
    });
    assert.equal(code, 0, stderr);
  });

  async function copy(): Promise<string> {
    copies += 1;
    const dataDir = join(folder, `copy-${copies}`);
    await cp(whole, dataDir, { recursive: true, preserveTimestamps: true });
    const { uid, gid } = await import('node:fs/promises').then(({ stat }) =>
      stat(join(whole, 'postgres')),
    );
    const chownAll = async (path: string): Promise<void> => {
      await chown(path, uid, gid);
      for (const entry of await readdir(path, { withFileTypes: true })) {
        const inner = join(path, entry.name);
        if (entry.isDirectory()) await chownAll(inner);
        else await chown(inner, uid, gid);
      }
    };
    await chownAll(join(dataDir, 'postgres'));
    await chmod(join(dataDir, 'postgres'), 0o700);
    await chmod(dataDir, 0o711);
    return dataDir;
  }

  test('with a missing or wrong password file is explained', async () => {
    const dataDir = await copy();
    const password = join(dataDir, 'postgres-password');
    await rename(password, `${password}.old`);
    await assertExplained(dataDir, /postgres-password, in the data folder, is missing/);
    assert.equal(existsSync(password), false);
    await writeFile(password, 'another');
    await assertExplained(dataDir, /does not contain the password/);
  });

  test('with missing files is explained', async () => {
    const dataDir = await copy();
    await rm(join(dataDir, 'postgres/global/pg_control'));
    await assertExplained(dataDir, /PostgreSQL does not start .*damaged.*pg_control/s);
  });

  test('that belongs to another account than its PostgreSQL is explained', {
    skip: !isRoot && 'only root can change the owner',
  }, async () => {
    const dataDir = await copy();
    await chown(join(dataDir, 'postgres'), 1, 1);
    await assertExplained(dataDir, /does not belong to the user/);
  });
});

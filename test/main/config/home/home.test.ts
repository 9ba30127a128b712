import assert from 'node:assert/strict';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError } from '../../../../src/main/config/configuration-error.ts';
import { findHome, readEnvFile } from '../../../../src/main/config/home.ts';
import { runCommand } from '../../../support/command.ts';
import { testDatabase } from '../../../support/database.ts';
import { root } from '../../../tidy/source-files.ts';

const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-home-')));
after(() => rm(folder, { recursive: true, force: true }));
const { url } = await testDatabase();

/** The program in a separate project, so that it can have a `.env`. */
const project = join(folder, 'project');
await mkdir(project);
for (const part of ['bin', 'src', 'migrations', 'package.json']) {
  await cp(join(root, part), join(project, part), { recursive: true });
}
await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
await writeFile(join(project, '.env'), `DATABASE_URL=${url}\nMETRICS_TOKEN=short\n`);
await writeFile(join(project, 'menu.csv'), 'name,price\nNone,1.00\n');

const elsewhere = join(folder, 'elsewhere');
await mkdir(elsewhere);
await writeFile(join(elsewhere, '.env'), 'PORT=high\n');
await writeFile(join(elsewhere, 'menu.csv'), 'name,price\nFound,2.00\n');
const linked = join(folder, 'holdfast');
await symlink(join(project, 'bin/holdfast.js'), linked);

for (const [how, program] of [
  ['by its path', join(project, 'bin/holdfast.js')],
  ['by a link', linked],
] as const) {
  test(`the program, started ${how} from another folder, reads the .env of its project`, async () => {
    const { code, stderr } = await runCommand(['check'], { program, cwd: elsewhere, home: null });
    assert.equal(code, 2);
    assert.match(stderr, /^METRICS_TOKEN is a text of 5 characters/);
  });
}

test('HOLDFAST_HOME names another folder, also relative to the working directory', async () => {
  for (const home of [elsewhere, 'elsewhere']) {
    const { code, stderr } = await runCommand(['check'], { cwd: folder, home });
    assert.equal(code, 2);
    assert.match(stderr, /^PORT is "high"/);
  }
});

test('file arguments are relative to the working directory, and the database is in the home', async () => {
  const options = { program: linked, home: null, environment: { METRICS_TOKEN: '' } };
  const direct = await runCommand(['import', 'products', 'menu.csv'], {
    ...options,
    cwd: elsewhere,
  });
  assert.match(direct.stdout, /1 made/, direct.stderr);
  // npm changes to the project folder first.
  const byNpm = await runCommand(['import', 'products', 'menu.csv'], {
    ...options,
    cwd: project,
    environment: {
      ...options.environment,
      npm_lifecycle_event: 'holdfast',
      INIT_CWD: elsewhere,
    },
  });
  assert.match(byNpm.stdout, /0 made, 0 changed, 1 unchanged/, byNpm.stderr);
});

test('a home that is missing or a file is a configuration error', () => {
  for (const home of [join(folder, 'nowhere'), linked]) {
    assert.throws(() => findHome({ HOLDFAST_HOME: home }), /does not exist/);
  }
});

test('below node_modules the home is the installing project, and a global installation has none', async () => {
  const shop = join(folder, 'shop');
  await mkdir(shop);
  const program = join(shop, 'node_modules/.pnpm/holdfast@1/node_modules/holdfast');
  assert.throws(() => findHome({}, program), /HOLDFAST_HOME is missing/);
  await writeFile(join(shop, 'package.json'), '{}');
  assert.equal(findHome({}, program), shop);
  // npx installs into a cache of npm, next to a package.json created by npm.
  const cache = join(folder, '_npx/0a1b');
  await mkdir(cache, { recursive: true });
  await writeFile(join(cache, 'package.json'), '{}');
  const fetched = join(cache, 'node_modules/holdfast');
  assert.throws(() => findHome({}, fetched), /HOLDFAST_HOME is missing/);
});

async function homeWith(content: string | Uint8Array): Promise<string> {
  const home = await mkdtemp(join(folder, 'env-'));
  await writeFile(join(home, '.env'), content);
  return home;
}

test('a .env in UTF-8 is read with and without a byte order mark, with any line endings', async () => {
  for (const text of ['PORT=8080\nSHOP_NAME=Café\n', '\uFEFFPORT=8080\r\nSHOP_NAME="Café"\r\n']) {
    assert.deepEqual(readEnvFile(await homeWith(text)), { PORT: '8080', SHOP_NAME: 'Café' });
  }
  assert.deepEqual(readEnvFile(await homeWith('')), {});
  assert.deepEqual(readEnvFile(folder), {});
});

const utf16 = Buffer.from('PORT=8080\n', 'utf16le');
const unreadable: Record<string, () => Promise<string>> = {
  'in UTF-16 with a mark': () => homeWith(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])),
  'in UTF-16 without a mark': () => homeWith(utf16),
  'in big-endian UTF-16': () =>
    homeWith(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])),
  'in Latin-1': () => homeWith(Buffer.from('SHOP_NAME=Café\n', 'latin1')),
  'that is a folder': async () => {
    const home = await mkdtemp(join(folder, 'env-'));
    await mkdir(join(home, '.env'));
    return home;
  },
  'that is a dangling link': async () => {
    const home = await mkdtemp(join(folder, 'env-'));
    await symlink('nowhere', join(home, '.env'));
    return home;
  },
  'that names the home': () => homeWith('HOLDFAST_HOME=/srv/shop\n'),
};

for (const [what, make] of Object.entries(unreadable)) {
  test(`a .env ${what} is a configuration error that names it`, async () => {
    const home = await make();
    assert.throws(
      () => readEnvFile(home),
      (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /^\S+\/\.env (is|cannot)|HOLDFAST_HOME is set in \S+\/\.env/);
        return true;
      },
    );
  });
}

for (const [command, code] of [
  ['serve', 2],
  ['check', 2],
  ['doctor', 1],
] as const) {
  test(`${command} explains that .env cannot be read`, async () => {
    const result = await runCommand([command], { home: await homeWith(utf16) });
    assert.equal(result.code, code, result.stderr);
    assert.match(`${result.stdout}${result.stderr}`, /\.env is not UTF-8/);
    assert.doesNotMatch(`${result.stdout}${result.stderr}`, /^ +at /m);
  });
}

test('an unreadable .env of another user is named', {
  skip: process.getuid?.() !== 0 && 'only root can act as another user',
}, async () => {
  const home = await homeWith('PORT=8080\n');
  await chmod(folder, 0o711);
  await chmod(home, 0o711);
  await chmod(join(home, '.env'), 0o600);
  const { code, stderr } = await runCommand(['check'], { home, asUser: 65_534 });
  assert.equal(code, 2);
  assert.match(stderr, /\.env cannot be read: permission denied/);
});

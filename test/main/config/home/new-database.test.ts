import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../../../src/main/cli/command-line.ts';
import { runCommand } from '../../../support/command.ts';

const folders: string[] = [];
after(() => Promise.all(folders.map((path) => rm(path, { recursive: true, force: true }))));

async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'holdfast-new-'));
  folders.push(home);
  return home;
}

/** Commands that create a database or use none. */
const creating = ['serve', 'migrate', 'doctor', 'openapi', 'replay', 'restore'];
/** Commands that are of no use to a new database. */
const existing = ['backup', 'erasures', 'finish-restore'];
const others = [...creating, ...existing];

function listLeaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(listLeaves);
}

test('every command that would create a new database has --new', () => {
  const leafCommands = listLeaves(createProgram(() => {}));
  assert.ok(leafCommands.length > others.length);
  for (const command of leafCommands) {
    const has = command.options.some(({ long }) => long === '--new');
    assert.equal(has, !others.includes(command.name()), command.name());
  }
});

test('a command that would create a new database requires --new and leaves nothing behind', async () => {
  const home = await emptyHome();
  const file = join(home, 'menu.csv');
  await writeFile(file, 'name,price\nRice,1.00\n');
  for (const args of [
    ['check'],
    ['user', 'create', 'kim@shop.example'],
    ['import', 'products', file],
  ]) {
    const { code, stderr } = await runCommand(args, { home });
    assert.equal(code, 2, `${args}: ${stderr}`);
    assert.match(stderr, /There is no database in \S+\.holdfast\. .*--new/);
  }
  assert.equal(existsSync(join(home, '.holdfast')), false);
});

test('a command that is of no use to a new database names no option that would create one', async () => {
  const home = await emptyHome();
  for (const args of [
    ['backup', join(home, 'shop.holdfast')],
    ['erasures'],
    ['finish-restore', '--at', '2030-01-31T12:00:00Z'],
  ]) {
    const { code, stderr } = await runCommand(args, { home });
    assert.equal(code, 2, `${args}: ${stderr}`);
    assert.match(stderr, /There is no database in \S+\.holdfast\. To use another one/);
  }
  assert.deepEqual(await readdir(home), []);
});

test('with --new a command creates a database in the home, which the next command finds from any folder', async () => {
  const home = await emptyHome();
  const args = ['user', 'create', 'kim@shop.example', '--new'];
  const made = await runCommand(args, { home });
  assert.equal(made.code, 0, made.stderr);
  assert.ok(existsSync(join(home, '.holdfast/postgres/PG_VERSION')));
  const again = await runCommand(['user', 'role', 'kim@shop.example', 'kitchen'], {
    home,
    cwd: '/',
  });
  assert.equal(again.code, 0, again.stderr);
  const checked = await runCommand(['check'], { home });
  assert.equal(checked.code, 0, checked.stderr);
});

test('with --new a read-only command works on a complete, empty database', async () => {
  const checked = await runCommand(['check', '--new'], { home: await emptyHome() });
  assert.equal(checked.code, 0, checked.stderr);
  assert.match(checked.stdout, /Every invariant holds/);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { logNames } from '../../src/seals/index.ts';
import { createSealedLog } from '../support/sealed-log.ts';
import { root } from '../tidy/source-files.ts';

/** The script with which somebody verifies seals without this program, as it stands in the page. */
const page = await readFile(new URL('../../docs/concepts/audit.md', import.meta.url), 'utf8');
const [, script] = /^```js\n(\/\/ node verify-seals\.js.*?)^```$/ms.exec(page)!;

const log = await createSealedLog();

async function run(
  publicKey = log.keys.publicKeys[0]!,
): Promise<{ code: number; lines: string[] }> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', script!, 'verify-seals.js', publicKey],
    { cwd: root, env: { DATABASE_URL: log.url }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, lines: output.trimEnd().split('\n') };
}

/** Returns the numbers of seals whose line does not say that they are whole. */
async function findAltered(statement: string): Promise<string[]> {
  let altered: string[] = [];
  await log.tamper(statement, async () => {
    const { code, lines } = await run();
    assert.equal(code, 1);
    altered = lines.filter((line) => !line.endsWith(': whole')).map((line) => line.split(' ')[0]!);
  });
  return altered;
}

test('the script of the page finds an untouched log whole', async () => {
  const { code, lines } = await run();
  assert.equal(code, 0);
  assert.equal(lines.length, 6);
  assert.match(lines[0]!, /^1 events 1 to \d+: whole$/);
  for (const line of lines) assert.match(line, /: whole$/);
});

test('it finds what was altered, removed, or added, and another key', async () => {
  for (const [index, name] of logNames.entries()) {
    const [row] = (await log.listRows(name)).slice(5);
    const seal = [String(3 + index)];
    const there = `where position = ${row!.position}`;
    assert.deepEqual(await findAltered(`update ${name} set reason = 'é"' ${there}`), seal);
    assert.deepEqual(await findAltered(`delete from ${name} ${there}`), seal);
    assert.deepEqual(await findAltered(`update ${name} set position = -7 ${there}`), [
      String(1 + index),
      ...seal,
    ]);
  }
  assert.deepEqual(await findAltered('delete from log_seals where number = 2'), [
    '3',
    '4',
    '5',
    '6',
  ]);
  assert.equal((await run(Buffer.alloc(32, 1).toString('base64'))).code, 1);
});

test('it reads texts and numbers of every kind as they were sealed', async () => {
  await log.tamper('select', async () => {
    await log.owner.run(
      'test.odd_rows',
      `insert into events (id, type, actor_type, reason, cause, data, personal, personal_of, at)
       select gen_random_uuid(), 'x', 'system', text, jsonb_build_object('t', text),
              jsonb_build_object('n', 12345678901234567890.50, text, 1e30), '\\x00ff'::bytea, gen_random_uuid(), now()
         from unnest($1::text[]) as text`,
      [['é\u2028"\\/\u0001\u007f\t\n', '😀', '', '\u{10ffff}<>&']],
    );
    await log.seal();
    const { code, lines } = await run();
    assert.equal(code, 0, lines.join('\n'));
    assert.equal(lines.length, 7);
  });
});

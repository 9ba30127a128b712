import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { hashSeal, listSeals } from '../../../src/seals/index.ts';
import { runCommand } from '../../support/command.ts';
import { emptyDatabase } from '../../support/database.ts';
import { createSealedLog, LOWER_RECORD } from '../../support/sealed-log.ts';
import { newSealKey } from '../../support/seals.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

const log = await createSealedLog();
const seals = await listSeals(log.database, 0, 10);
const [row] = (await log.listRows('events')).slice(5);
const environment = { DATABASE_URL: log.url, SEAL_KEY: log.keyText };

function run(...args: string[]) {
  return runCommand(['verify-log', ...args], { environment });
}

async function writeAnchor(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

test('exits with 0 for a whole log, and says what that does not prove', async () => {
  const { code, stdout, stderr } = await run();
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  assert.match(stdout, /^seals {7}6, the newest is 6 of 20/m);
  assert.match(stdout, /^events {6}12 rows compared, 0 not sealed yet$/m);
  assert.match(stdout, /Everything is consistent in itself\. Only an anchor shows/);
  assert.ok(stdout.startsWith(`public key  ${log.keys.publicKeys[0]}\n`));
});

test('exits with 1 for an altered log, and names the row', async () => {
  await log.tamper(`update events set reason = 'x' where position = ${row!.position}`, async () => {
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(
      stdout,
      new RegExp(`^events +${row!.position}  ${row!.id}  altered \\(seal 3\\)$`, 'm'),
    );
    assert.match(stdout, /^ALTERED\. altered rows: 1\.$/m);
    const json = await run('--json');
    assert.equal(json.code, 1);
    const { whole, findings } = JSON.parse(json.stdout);
    assert.deepEqual(
      { whole, findings },
      { whole: false, findings: [{ kind: 'row_altered', seal: 3, log: 'events', ...row }] },
    );
  });
});

test('more than a thousand findings are counted', async () => {
  const insert = `insert into events (position, id, type, actor_type)
                  select -number, gen_random_uuid(), 'x', 'system' from generate_series(1, 2500) as number`;
  await log.tamper(insert, async () => {
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(stdout, /^and 1500 more, which are not listed$/m);
    assert.match(stdout, /^ALTERED\. added rows: 2500\.$/m);
    assert.equal(stdout.match(/added after/g)!.length, 1_000);
  });
});

test('an anchor tells up to where nothing was cut off', async () => {
  const anchor = await writeAnchor(
    'lines.jsonl',
    seals.map((seal) => JSON.stringify(seal)).join('\n'),
  );
  const { code, stdout, stderr } = await run('--anchor', anchor);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /nothing was cut off or sealed anew up to seal\n6 of 20/);
});

test('exits with 1 if the anchor shows that the end was cut off', async () => {
  const anchor = await writeAnchor(
    'all.jsonl',
    seals.map((seal) => JSON.stringify(seal)).join('\n'),
  );
  const cutOff = 'delete from log_seals where number > 4';
  await log.tamper(`${cutOff}; ${LOWER_RECORD}`, async () => {
    assert.equal((await run()).code, 0);
    const { code, stdout } = await run('--anchor', anchor);
    assert.equal(code, 1);
    assert.match(stdout, /cut off: the anchor has seals up to 6 of .*, and the last one here is 4/);
  });
});

test('exits with 1 if seals are gone of which the database has a record, as when the table was emptied', async () => {
  await log.tamper('delete from log_seals', async () => {
    const { code, stdout } = await run();
    assert.equal(code, 1);
    assert.match(stdout, /^seals {7}none$/m);
    assert.match(stdout, /^seals 1 to 6 are missing$/m);
    assert.match(stdout, /ALTERED\. gaps in the seals: 1\./);
  });
});

test('warns of rows that should have been sealed long ago, and is content with new ones', async () => {
  const writeRow = (at: string) =>
    `insert into events (id, type, actor_type, at) values (gen_random_uuid(), 'x', 'system', ${at})`;
  await log.tamper(writeRow('now()'), async () => {
    const { code, stdout } = await run();
    assert.equal(code, 0);
    assert.match(stdout, /^events {6}12 rows compared, 1 not sealed yet, the oldest for \d+ s$/m);
    assert.doesNotMatch(stdout, /WARNING/);
  });
  await log.tamper(writeRow(`now() - interval '11 minutes'`), async () => {
    const { code, stdout } = await run();
    assert.equal(code, 0);
    assert.match(stdout, /1 not sealed yet, the oldest for 11 min$/m);
    assert.match(stdout, /WARNING: rows are sealed every 60 s/);
  });
});

test('exits with 2 whenever the answer could not be found out', async () => {
  const { ownerUrl } = await emptyDatabase();
  const cases: Record<
    string,
    [args: string[], environment: Record<string, string>, message: RegExp]
  > = {
    'no key': [
      [],
      { DATABASE_URL: log.url, DATA_DIR: folder },
      /There is no key to verify seals with/,
    ],
    'no database': [
      [],
      { DATABASE_URL: 'postgresql://127.0.0.1:1/x', SEAL_KEY: log.keyText },
      /cannot be reached/,
    ],
    'no tables': [[], { DATABASE_URL: ownerUrl, SEAL_KEY: log.keyText }, /holdfast migrate/],
    'a wrong key': [[], { DATABASE_URL: log.url, SEAL_KEY: 'short' }, /SEAL_KEY/],
    'no such anchor': [['--anchor', join(folder, 'none')], environment, /does not exist/],
    'a damaged anchor': [
      ['--anchor', await writeAnchor('damaged', JSON.stringify({ ...seals[1]!, last: 1 }))],
      environment,
      /seal 2 is damaged/,
    ],
    'no date': [['--from', '31.1.2026'], environment, /It must be like 2030-01-31/],
    'an empty period': [
      ['--from', '2026-02-01', '--to', '2026-02-01'],
      environment,
      /--from must be before --to/,
    ],
  };
  for (const [what, [args, variables, message]] of Object.entries(cases)) {
    const { code, stdout, stderr } = await runCommand(['verify-log', ...args], {
      environment: variables,
    });
    assert.equal(code, 2, `${what}: ${stdout}${stderr}`);
    assert.match(stderr, message, what);
    assert.doesNotMatch(stderr, /\n {4}at /, what);
  }
});

test('a seal of a later version is not called altered: it exits with 2', async () => {
  const later = { ...seals[5]!, format: 99 };
  const hash = hashSeal(later);
  await log.tamper(
    `update log_seals set format = 99, hash = decode('${hash}', 'hex'), signature = decode('${log.keys.sign(hash)}', 'base64')
      where number = 6`,
    async () => {
      const { code, stderr } = await run();
      assert.equal(code, 2);
      assert.match(stderr, /^Seal 6 has the format 99, which this version does not know\..*\n$/);
    },
  );
});

test('a period is given by dates or by times', async () => {
  const { code, stdout, stderr } = await run(
    '--from',
    '2026-01-31',
    '--to',
    '2199-01-31T18:00:00+02:00',
  );
  assert.equal(code, 0, stderr);
  assert.match(stdout, /The chain of seals and the rows of this period are consistent in itself/);
});

test('another key than that of the servers verifies nothing', async () => {
  const { code, stdout } = await runCommand(['verify-log'], {
    environment: { ...environment, SEAL_KEY: newSealKey() },
  });
  assert.equal(code, 1);
  assert.match(stdout, /seal 1 is not signed by a key of SEAL_KEY/);
});

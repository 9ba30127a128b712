import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createSealKeys,
  type Finding,
  hashSeal,
  listSeals,
  type Seal,
  verifyLog,
} from '../../../src/seals/index.ts';
import { createSealedLog, LOWER_RECORD } from '../../support/sealed-log.ts';
import { newSealKey } from '../../support/seals.ts';

const log = await createSealedLog();
const rows = await log.listRows('events');

function verify(keys = log.keys) {
  return verifyLog(log.database, { keys });
}

async function findAfter(statements: string): Promise<readonly Finding[]> {
  let findings: readonly Finding[] = [];
  await log.tamper(statements, async () => {
    ({ findings } = await verify());
  });
  return findings;
}

const bytes = (text: string, length: number) => `decode(repeat('${text}', ${length}), 'hex')`;

test('each field of a seal that is altered is named, and no row is suspected', async () => {
  const values = {
    format: '2',
    log: "'audit'",
    previous: bytes('ab', 32),
    rows: '7',
    first: '1',
    last: 'last + 1',
    root: bytes('ab', 32),
    hash: bytes('ab', 32),
  };
  for (const [field, value] of Object.entries(values)) {
    assert.deepEqual(
      await findAfter(`update log_seals set ${field} = ${value} where number = 3`),
      [{ kind: 'seal_altered', seal: 3, fields: [field] }],
      field,
    );
  }
});

test('an altered time is found, though nothing tells what it was', async () => {
  assert.deepEqual(
    await findAfter(`update log_seals set at = at + interval '1 hour' where number = 3`),
    [{ kind: 'seal_altered', seal: 3, fields: [] }],
  );
});

test('an altered signature is found', async () => {
  assert.deepEqual(
    await findAfter(`update log_seals set signature = ${bytes('ab', 64)} where number = 3`),
    [{ kind: 'seal_foreign', seal: 3 }],
  );
});

test('rows that were altered together with their seal are named', async () => {
  const row = rows[5]!;
  assert.deepEqual(
    await findAfter(
      `update events set reason = 'x' where position = ${row.position};
       update log_seals set root = ${bytes('ab', 32)}, rows = 9, at = at + interval '1 hour' where number = 3`,
    ),
    [
      { kind: 'seal_altered', seal: 3, fields: [] },
      // Neither the seal nor its leaves prove these rows any more.
      {
        kind: 'rows_unproven',
        log: 'events',
        first: rows[4]!.position,
        last: rows[7]!.position,
        rows: 4,
      },
    ],
  );
  assert.deepEqual(
    await findAfter(
      `update events set reason = 'x' where position = ${row.position};
       update log_seals set root = ${bytes('ab', 32)} where number = 3`,
    ),
    [
      { kind: 'seal_altered', seal: 3, fields: ['root'] },
      { kind: 'row_altered', seal: 3, log: 'events', ...row },
    ],
  );
});

test('a removed seal is missing, and its rows are not proven', async () => {
  assert.deepEqual(await findAfter('delete from log_seals where number = 3'), [
    { kind: 'seal_missing', first: 3, last: 3 },
    {
      kind: 'rows_unproven',
      log: 'events',
      first: rows[4]!.position,
      last: rows[7]!.position,
      rows: 4,
    },
  ]);
  const [first] = await findAfter('delete from log_seals where number in (1, 2)');
  assert.deepEqual(first, { kind: 'seal_missing', first: 1, last: 2 });
});

test('an altered row is named although a seal of the other log is missing', async () => {
  const row = rows[5]!;
  const findings = await findAfter(
    `delete from log_seals where number = 2; update events set reason = 'x' where position = ${row.position}`,
  );
  assert.deepEqual(
    findings.filter(({ kind }) => kind === 'row_altered'),
    [{ kind: 'row_altered', seal: 3, log: 'events', ...row }],
  );
});

test('renumbered seals are named, and their rows are compared all the same', async () => {
  assert.deepEqual(await findAfter('update log_seals set number = 9 where number = 6'), [
    { kind: 'seal_renumbered', seal: 9, was: 6 },
  ]);
  assert.deepEqual(
    await findAfter(
      'update log_seals set number = number + 100 where number >= 3; update log_seals set number = number - 99 where number > 100',
    ),
    [4, 5, 6, 7].map((seal) => ({ kind: 'seal_renumbered', seal, was: seal - 1 })),
  );
  assert.deepEqual(
    await findAfter(
      `update log_seals set number = 99 where number = 3; update log_seals set number = 3 where number = 5;
       update log_seals set number = 5 where number = 99;
       update events set reason = 'x' where position = ${rows[5]!.position}`,
    ),
    [
      { kind: 'seal_renumbered', seal: 3, was: 5 },
      { kind: 'seal_renumbered', seal: 5, was: 3 },
      { kind: 'row_altered', seal: 3, log: 'events', ...rows[5]! },
    ],
  );
  assert.deepEqual(await findAfter('update log_seals set number = -6 where number = 6'), [
    { kind: 'seal_renumbered', seal: -6, was: 6 },
  ]);
});

test('a copy of a seal is an added one', async () => {
  assert.deepEqual(
    await findAfter(
      `create temporary table copied as select * from log_seals where number = 2;
       update copied set number = 7; insert into log_seals table copied`,
    ),
    [
      { kind: 'seal_renumbered', seal: 7, was: 2 },
      { kind: 'seal_copied', seal: 7, of: 2 },
    ],
  );
});

test('altered leaves are found, and rows are named as far as that is possible', async () => {
  const entry = (index: number) => index * 56;
  const overlay = (at: number, length: number) =>
    `update log_seals set leaves = overlay(leaves placing ${bytes('ab', length)} from ${at + 1} for ${length}) where number = 3`;
  const onlyLeaves = [{ kind: 'leaves_altered', seal: 3 }];
  assert.deepEqual(await findAfter(overlay(entry(1), 8)), onlyLeaves, 'a position');
  assert.deepEqual(await findAfter(overlay(entry(1) + 8, 16)), onlyLeaves, 'an id');
  assert.deepEqual(await findAfter(overlay(entry(1) + 24, 32)), onlyLeaves, 'a leaf');
  for (const leaves of [`''`, `leaves || ${bytes('ab', 56)}`, `substr(leaves, 1, 100)`]) {
    assert.deepEqual(
      await findAfter(`update log_seals set leaves = ${leaves} where number = 3`),
      onlyLeaves,
      leaves,
    );
  }
  // The leaf of the row that was altered is altered, too.
  const row = rows[5]!;
  const alter = `update events set reason = 'x' where position = ${row.position}`;
  assert.deepEqual(await findAfter(`${alter}; ${overlay(entry(1) + 24, 32)}`), [
    { kind: 'leaves_altered', seal: 3 },
    { kind: 'rows_differ', seal: 3, log: 'events' },
    { kind: 'row_altered', seal: 3, log: 'events', ...row },
  ]);
});

test('what was sealed anew with another key is not signed by ours', async () => {
  const otherText = newSealKey();
  await log.tamper(`delete from log_seals where number >= 3; ${LOWER_RECORD}`, async () => {
    await log.seal(createSealKeys([otherText]));
    const { findings, whole } = await verify();
    assert.equal(whole, false);
    assert.deepEqual(findings, [
      { kind: 'seal_foreign', seal: 3 },
      { kind: 'seal_foreign', seal: 4 },
    ]);
    // Whoever knows a key of SEAL_KEY could do it unseen: that is what anchors are for.
    assert.equal((await verify(createSealKeys([log.keyText, otherText]))).whole, true);
  });
});

test('seals by a former key are whole as long as that is known', async () => {
  const next = newSealKey();
  const both = createSealKeys([next, log.keyText]);
  await log.tamper('select', async () => {
    await log.write(2);
    await log.seal(both);
    assert.deepEqual((await verify(both)).findings, []);
    assert.deepEqual(
      (await verify()).findings.map(({ kind }) => kind),
      ['seal_foreign', 'seal_foreign'],
    );
  });
});

test('a chain that was put together from sealed parts does not fit', async () => {
  const seals = await listSeals(log.database, 0, 10);
  // Whoever has the key can also sign: the chain still shows that one seal was replaced.
  const replaced: Seal = { ...seals[2]!, previous: seals[0]!.hash };
  const hash = hashSeal(replaced);
  await log.tamper(
    `update log_seals set previous = decode('${replaced.previous}', 'hex'), hash = decode('${hash}', 'hex'),
            signature = decode('${log.keys.sign(hash)}', 'base64') where number = 3`,
    async () => {
      assert.deepEqual((await verify()).findings, [
        { kind: 'chain_broken', seal: 3 },
        { kind: 'chain_broken', seal: 4 },
      ]);
    },
  );
});

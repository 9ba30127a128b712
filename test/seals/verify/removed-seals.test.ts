import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSeals, verifyLog } from '../../../src/seals/index.ts';
import { createSealedLog, LOWER_RECORD, runUnguarded } from '../../support/sealed-log.ts';
import { query } from '../../support/until.ts';

const log = await createSealedLog();
const seals = await listSeals(log.database, 0, 10);
const verify = () => verifyLog(log.database, { keys: log.keys });

/** What is found, without an anchor, after the newest seals were removed and before anything is sealed, and after that. */
async function findAfter(statements: string) {
  let found: unknown;
  await log.tamper(statements, async () => {
    const before = await verify();
    assert.equal(before.whole, false);
    await log.write(2);
    await log.seal();
    const after = await verify();
    assert.equal(after.whole, false);
    assert.deepEqual([after.unsealed.events.rows, after.unsealed.audit.rows], [0, 0]);
    found = { before: before.findings, after: after.findings };
  });
  return found;
}

test('removed seals are missing without an anchor, also once new ones follow', async () => {
  const all = [{ kind: 'seal_missing', first: 1, last: 6 }];
  assert.deepEqual(await findAfter('delete from log_seals'), { before: all, after: all });
  const some = [{ kind: 'seal_missing', first: 5, last: 6 }];
  assert.deepEqual(await findAfter('delete from log_seals where number > 4'), {
    before: some,
    after: some,
  });
});

test('new seals follow the last one that there ever was, and answer for all rows', async () => {
  await log.tamper('delete from log_seals', async () => {
    await log.seal();
    const anew = await listSeals(log.database, 0, 10);
    assert.deepEqual(
      anew.map(({ number, rows }) => [number, rows]),
      [
        [7, 12],
        [8, 12],
      ],
    );
    assert.equal(anew[0]!.previous, seals[5]!.hash);
    const row = (await log.listRows('events'))[3]!;
    await runUnguarded(log.owner, [
      `update events set reason = 'x' where position = ${row.position}`,
    ]);
    assert.deepEqual(
      (await verify()).findings.filter(({ kind }) => kind === 'row_altered'),
      [{ kind: 'row_altered', seal: 7, log: 'events', ...row }],
    );
  });
});

test('sealing goes on if the record of the newest seal was removed, too', async () => {
  for (const record of ['delete from newest_seal', LOWER_RECORD]) {
    await log.tamper(`delete from log_seals where number > 4; ${record}`, async () => {
      assert.deepEqual((await verify()).findings, []);
      await log.write(1);
      await log.seal();
      const after = await listSeals(log.database, 4, 10);
      assert.deepEqual(
        after.map(({ number }) => number),
        [5, 6],
      );
      assert.deepEqual((await verify()).findings, []);
    });
  }
});

test('the record of the newest seal only rises, with a seal that is stored', async () => {
  const texts = [
    'update newest_seal set number = 1',
    'update newest_seal set number = 99',
    `update newest_seal set hash = decode(repeat('ab', 32), 'hex')`,
    'update newest_seal set lost = 3',
    'delete from newest_seal',
    `insert into newest_seal (number, hash) values (0, decode(repeat('00', 32), 'hex'))`,
    'truncate newest_seal',
  ];
  for (const text of texts) {
    await assert.rejects(query(log.url, text), /permission denied/, text);
    await assert.rejects(query(log.ownerUrl, text), /only gives way|append-only/, text);
  }
});

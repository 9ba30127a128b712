import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { listSeals, logNames, verifyLog } from '../../../src/seals/index.ts';
import { newId } from '../../../src/shared/ids.ts';
import { createSealedLog } from '../../support/sealed-log.ts';

/** More rows than are read at once, in seals of 4,096 rows. */
const ROWS = 9_000;
const log = await createSealedLog();
beforeEach(async () => {
  await log.write(ROWS);
  await log.seal();
});

test('rows of several slices are compared, and what was altered in any of them is named', async () => {
  const whole = await verifyLog(log.database, { keys: log.keys });
  assert.deepEqual(whole.findings, []);
  assert.deepEqual(whole.rows, { events: ROWS + 12, audit: ROWS + 12 });
  assert.equal(whole.seals, 6 + 3 + 3);

  const statements: string[] = [];
  const expected: object[] = [];
  for (const name of logNames.toSorted()) {
    const rows = await log.listRows(name);
    const row = (index: number) => ({ log: name, ...rows[index]! });
    const beyond = rows.at(-1)!.position - 1;
    for (const index of [100, 4_107, 4_108, 8_990]) {
      statements.push(`update ${name} set reason = 'x' where id = '${row(index).id}'`);
    }
    statements.push(`delete from ${name} where id in ('${row(5_000).id}', '${rows.at(-2)!.id}')`);
    // From the first of the long seals to the last.
    statements.push(`update ${name} set position = ${beyond} where id = '${row(200).id}'`);
    expected.push(
      { kind: 'row_altered', ...row(100) },
      { kind: 'row_altered', ...row(4_107) },
      { kind: 'row_altered', ...row(4_108) },
      { kind: 'row_missing', ...row(5_000) },
      { kind: 'row_altered', ...row(8_990) },
      { kind: 'row_missing', log: name, ...rows.at(-2)! },
      { kind: 'row_moved', ...row(200), position: beyond, from: row(200).position, altered: false },
    );
  }
  await log.tamper(statements.join('; '), async () => {
    const { findings } = await verifyLog(log.database, { keys: log.keys });
    const withoutSeals = findings.map((finding) => {
      const { seal: _, ...rest } = { seal: 0, ...finding };
      return rest;
    });
    assert.deepEqual(withoutSeals, expected);
  });
});

test('what was put at the position or the number of another is named, also where a slice ends', async () => {
  const places = logNames.toSorted().map((name) => ({ name, id: newId() }));
  const copyRow = ({ name, id }: (typeof places)[number]) => `
    alter table ${name} drop constraint ${name}_position_pkey;
    create table copied_${name} as select * from ${name} order by position offset 4095 limit 1;
    update copied_${name} set id = '${id}';
    insert into ${name} table copied_${name}`;
  const copySeal = `
    alter table log_seals drop constraint log_seals_number_pkey;
    insert into log_seals select * from log_seals where number = 8`;
  await log.tamper([...places.map(copyRow), copySeal].join('; '), async () => {
    const { findings } = await verifyLog(log.database, { keys: log.keys });
    assert.deepEqual(
      findings.map((finding) => [finding.kind, 'id' in finding ? finding.id : null]),
      [['seal_copied', null], ...places.map(({ id }) => ['row_added', id])],
    );
    // All are judged, too.
    assert.equal((await listSeals(log.database, 0, 8)).length, 9);
  });
});

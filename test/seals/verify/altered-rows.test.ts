import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ColumnKind, formats } from '../../../src/seals/canonical-row.ts';
import { type Finding, logNames, verifyLog } from '../../../src/seals/index.ts';
import { createSealedLog } from '../../support/sealed-log.ts';

const log = await createSealedLog();
/** The seals of each log, over its rows 1 to 4, 5 to 8 and 9 to 12. */
const seals = { events: [1, 3, 5], audit: [2, 4, 6] } as const;
const id = '0198b5c4-0000-7000-8000-00000000000a';

function verify() {
  return verifyLog(log.database, { keys: log.keys });
}

async function findAfter(statements: string): Promise<readonly Finding[]> {
  let findings: readonly Finding[] = [];
  await log.tamper(statements, async () => {
    const found = await verify();
    assert.equal(found.whole, false);
    findings = found.findings;
  });
  return findings;
}

/** How a value of a column is altered. */
const alterations: Readonly<Record<ColumnKind, (name: string) => string>> = {
  text: (name) => `coalesce(${name}, '') || 'x'`,
  uuid: () => `'${id}'`,
  number: (name) => `coalesce(${name}, 0) + 1`,
  time: (name) => `${name} + interval '1 millisecond'`,
  bytes: (name) => `coalesce(${name}, '') || '\\x00'::bytea`,
  json: (name) => `coalesce(${name}, '{}') || '{"x": 1}'`,
};

test('a log to which nothing was done is whole', async () => {
  const found = await verify();
  assert.deepEqual(found.findings, []);
  assert.equal(found.whole, true);
  assert.equal(found.seals, 6);
  assert.deepEqual(found.rows, { events: 12, audit: 12 });
  assert.deepEqual(found.unsealed.events, { rows: 0, oldestSeconds: null });
});

for (const name of logNames) {
  const rows = await log.listRows(name);
  const [first, second, third] = seals[name];
  const row = (number: number) => ({ log: name, ...rows[number - 1]! });
  const at = (number: number) => rows[number - 1]!.position;
  const moveTo = (number: number, position: number) =>
    `update ${name} set position = ${position} where id = '${row(number).id}'`;
  const swap = (one: number, other: number) =>
    [moveTo(one, -1), moveTo(other, at(one)), moveTo(one, at(other))].join('; ');

  describe(`in ${name}, a superuser`, () => {
    const columns = Object.entries(formats[1]![name]);
    for (const [column, { kind }] of columns) {
      if (column === 'position' || column === 'id') continue;
      test(`alters ${column}: the row is named`, async () => {
        const value = alterations[kind](column);
        assert.deepEqual(
          await findAfter(`update ${name} set ${column} = ${value} where position = ${at(6)}`),
          [{ kind: 'row_altered', seal: second, ...row(6) }],
        );
      });
    }

    test('puts an empty text where none was: the row is named', async () => {
      const statement = `update ${name} set reason = '' where position = ${at(6)} and reason is null`;
      assert.deepEqual(await findAfter(statement), [
        { kind: 'row_altered', seal: second, ...row(6) },
      ]);
    });

    test('exchanges what two rows say: both are named', async () => {
      const [one, other] = [row(2), row(11)];
      const column = name === 'events' ? 'data' : 'after';
      const statement = `update ${name} as altered set ${column} = jsonb_build_object('name', 'exchanged')
                          where id in ('${one.id}', '${other.id}')`;
      assert.deepEqual(await findAfter(statement), [
        { kind: 'row_altered', seal: first, ...one },
        { kind: 'row_altered', seal: third, ...other },
      ]);
    });

    test('removes rows, also the first and the last of a seal: they are named', async () => {
      assert.deepEqual(
        await findAfter(`delete from ${name} where position in (${at(1)}, ${at(7)}, ${at(12)})`),
        [
          { kind: 'row_missing', seal: first, ...row(1) },
          { kind: 'row_missing', seal: second, ...row(7) },
          { kind: 'row_missing', seal: third, ...row(12) },
        ],
      );
    });

    test('removes all rows of a seal, or of all: they are named', async () => {
      const missing = (number: number) => ({
        kind: 'row_missing',
        seal: seals[name][Math.ceil(number / 4) - 1],
        ...row(number),
      });
      assert.deepEqual(
        await findAfter(`delete from ${name} where position between ${at(5)} and ${at(8)}`),
        [5, 6, 7, 8].map(missing),
      );
      assert.deepEqual(
        await findAfter(`delete from ${name}`),
        rows.map((_, index) => missing(index + 1)),
      );
    });

    test('inserts a row in a seal, between two, or before all: it is named', async () => {
      const copied = columns.map(([column]) => column).filter((column) => column !== 'position');
      const values = copied.map((column) => (column === 'id' ? `'${id}'` : column));
      for (const position of [at(2) + 1, at(4) + 1, 0, -5, -(2 ** 60), '-9223372036854775808']) {
        assert.deepEqual(
          await findAfter(
            `insert into ${name} (position, ${copied.join(', ')})
             select ${position}, ${values.join(', ')} from ${name} where position = ${at(6)}`,
          ),
          [{ kind: 'row_added', log: name, position: Number(position), id }],
        );
      }
    });

    test('copies a row: only the copy is named', async () => {
      assert.deepEqual(
        await findAfter(
          `create temporary table copied as select * from ${name} where position = ${at(6)};
           update copied set position = ${at(8) + 1}, id = '${id}'; insert into ${name} table copied`,
        ),
        [{ kind: 'row_added', log: name, position: at(8) + 1, id }],
      );
    });

    test('swaps rows, within a seal and across: each is named with its former place', async () => {
      const moved = (number: number, to: number, seal: number) => ({
        kind: 'row_moved',
        seal,
        ...row(number),
        position: at(to),
        from: at(number),
        altered: false,
      });
      assert.deepEqual(await findAfter(swap(5, 6)), [moved(6, 5, second), moved(5, 6, second)]);
      assert.deepEqual(await findAfter(swap(2, 11)), [moved(11, 2, third), moved(2, 11, first)]);
      assert.deepEqual(await findAfter(moveTo(3, at(8) + 1)), [
        { ...moved(3, 3, first), position: at(8) + 1 },
      ]);
    });

    test('moves a row and alters it, too: both are told', async () => {
      const position = at(8) + 1;
      assert.deepEqual(
        await findAfter(
          `${moveTo(3, position)}; update ${name} set reason = 'x' where position = ${position}`,
        ),
        [{ kind: 'row_moved', seal: first, ...row(3), position, from: at(3), altered: true }],
      );
    });

    test('gives a row another id: the one is missing and the other added', async () => {
      assert.deepEqual(
        await findAfter(`update ${name} set id = '${id}' where position = ${at(6)}`),
        [
          { kind: 'row_missing', seal: second, ...row(6) },
          { kind: 'row_added', log: name, position: at(6), id },
        ],
      );
    });
  });
}

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { statement } from '../../src/database/statement.ts';
import { type ColumnKind, FORMAT, formats } from '../../src/seals/canonical-row.ts';
import { type LogName, logNames, readRows, unpackRows } from '../../src/seals/index.ts';
import { canonicalJson } from '../../src/shared/canonical-json.ts';
import { testDatabase } from '../support/database.ts';

// The owner writes the rows, for the product chooses neither time nor position.
const { database, owner } = await testDatabase({ invariants: false });

/** Any text that PostgreSQL can store. */
const anyText = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
const sharpText = fc.oneof(
  anyText,
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      '/',
      '\b',
      '\t',
      '\n',
      '\f',
      '\r',
      '\x1f',
      '\x7f',
      '\u2028',
      'é',
      '😀',
      '<',
    ),
  }),
);
const anyUuid = fc.uuid();
const anyBytes = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const anyJson = fc
  .dictionary(
    sharpText,
    fc.oneof(sharpText, fc.integer(), fc.double({ noNaN: true }), fc.constant(null)),
  )
  .map((value) => JSON.stringify(value).replaceAll('\\u0000', ''));
/** With a number that no double holds. */
const anyJsonText = fc.oneof(
  anyJson,
  fc.constant('{"n": 12345678901234567890.12, "b": 1, "a": [2]}'),
);
const anyTime = fc
  .date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());

const arbitraries: Record<ColumnKind, fc.Arbitrary<unknown>> = {
  text: sharpText,
  uuid: anyUuid,
  number: fc.integer({ min: 1, max: 2_147_483_647 }),
  time: anyTime,
  bytes: anyBytes,
  json: anyJsonText,
};

/** What the constraints of the tables ask of some columns. */
const bound: Record<LogName, Record<string, fc.Arbitrary<unknown>>> = {
  events: { actor_type: fc.constantFrom('user', 'api_key', 'system', 'provider', 'operator') },
  audit: { actor_type: fc.constantFrom('user', 'api_key', 'system', 'operator') },
};

type Row = Record<string, unknown>;

function anyRow(log: LogName): fc.Arbitrary<Row> {
  const fields = Object.entries(formats[FORMAT]![log])
    .filter(([name]) => name !== 'position')
    .map(([name, { kind, isNullable }]) => {
      const value = bound[log][name] ?? arbitraries[kind];
      return [name, isNullable ? fc.option(value) : value];
    });
  return fc
    .record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>)
    .map((row) => {
      if (log === 'audit') {
        const type = `${(row.subject_type as string).replace(/[%_\\]/g, '')}`;
        return { ...row, subject_type: type, type: `${type}.${row.type as string}` };
      }
      const ofOrder = row.order_id !== null;
      return {
        ...row,
        sequence: ofOrder ? (row.sequence ?? 1) : null,
        personal_of: row.personal === null ? row.personal_of : (row.personal_of ?? row.id),
      };
    });
}

/** Inserts a row and returns its position. */
async function insert(log: LogName, row: Row): Promise<number> {
  const names = Object.keys(row);
  const [inserted] = await owner.run<{ position: number }>(
    `test.insert_${log}_${names.length}`,
    `insert into ${log} (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')})
     returning position`,
    Object.values(row),
  );
  return inserted!.position;
}

/** Reads the columns that are JSON as their texts. */
const readJsonTexts = statement<[position: number, log: string], Row>(
  'test.read_json',
  `select case $2::text when 'events' then (select jsonb_build_object('cause', cause::text, 'data', data::text)
                                              from events where position = $1::bigint)
                        else (select jsonb_build_object('before', before::text, 'after', after::text)
                                from audit where position = $1::bigint) end as texts`,
);

/** Builds the canonical JSON of a row from what was written, without PostgreSQL's functions. */
async function buildCanonicalJson(log: LogName, position: number, row: Row): Promise<string> {
  const [read] = await readJsonTexts(database, position, log);
  const columns = { position, ...row, ...(read!.texts as Row) };
  const values = Object.entries(columns)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString('hex') : value]);
  return canonicalJson(Object.fromEntries(values));
}

describe('a leaf', () => {
  for (const log of logNames) {
    test(`is the hash of the canonical JSON of its row in ${log}, whatever that contains`, async () => {
      await fc.assert(
        fc.asyncProperty(anyRow(log), async (row) => {
          const position = await insert(log, row);
          const list = await readRows(database, {
            format: FORMAT,
            log,
            after: position - 1,
            upTo: position,
            limit: 1,
          });
          const expected = await buildCanonicalJson(log, position, row);
          assert.deepEqual(unpackRows(list), [
            { position, id: row.id, leaf: hash('sha256', expected, 'hex') },
          ]);
        }),
        { numRuns: 400 },
      );
    });

    test(`covers every column of ${log}, and knows which may be empty`, async () => {
      const rows = await database.run<{ name: string; kind: ColumnKind; isNullable: boolean }>(
        'test.columns',
        `select column_name as name, is_nullable = 'YES' as "isNullable",
                case data_type when 'bigint' then 'number'
                               when 'integer' then 'number'
                               when 'jsonb' then 'json'
                               when 'bytea' then 'bytes'
                               when 'timestamp with time zone' then 'time'
                               else data_type end as kind
           from information_schema.columns
          where table_schema = 'public'
            and table_name = $1`,
        [log],
      );
      assert.deepEqual(
        Object.fromEntries(rows.map(({ name, ...column }) => [name, column])),
        formats[FORMAT]![log],
      );
    });
  }

  test('is written in a way that is documented by an example', async () => {
    const row = {
      id: '018f3b5e-7c9d-7f00-8a00-000000000001',
      type: 'order.placed',
      order_id: '018f3b5e-7c9d-7f00-8a00-000000000002',
      sequence: 1,
      to_status: 'PENDING',
      actor_type: 'system',
      reason: 'A "quoted" reason',
      data: '{"vip": false, "total": {"amount": 595, "currency": "GBP"}}',
      at: '2026-11-30T12:00:00.050Z',
      personal: Buffer.of(1, 255),
      personal_of: '018f3b5e-7c9d-7f00-8a00-000000000003',
    };
    const position = await insert('events', row);
    const text = `{"actor_type":"system","at":"2026-11-30T12:00:00.050Z","data":"{\\"vip\\": false, \\"total\\": {\\"amount\\": 595, \\"currency\\": \\"GBP\\"}}","id":"018f3b5e-7c9d-7f00-8a00-000000000001","order_id":"018f3b5e-7c9d-7f00-8a00-000000000002","personal":"01ff","personal_of":"018f3b5e-7c9d-7f00-8a00-000000000003","position":${position},"reason":"A \\"quoted\\" reason","sequence":1,"to_status":"PENDING","type":"order.placed"}`;
    const range = {
      format: FORMAT,
      log: 'events',
      after: position - 1,
      upTo: position,
      limit: 1,
    } as const;
    const [listed] = unpackRows(await readRows(database, range));
    assert.equal(listed!.leaf, hash('sha256', text, 'hex'));
  });

  test('of an unknown format is refused', async () => {
    const range = { format: 99, log: 'events', after: 0, upTo: 1, limit: 1 } as const;
    await assert.rejects(readRows(database, range), /format 99/);
  });
});

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RUNTIME_ROLE } from '../../src/database/embedded/index.ts';
import { buildMatchedPageQuery } from '../../src/modules/orders/lists/matched-page-query.ts';
import { buildPageQuery } from '../../src/modules/orders/lists/page-query.ts';
import { testDatabase } from '../support/database.ts';
import { findDefinedStatements, findDefiningFiles } from '../support/defined-statements.ts';
import { query } from '../support/until.ts';
import { sourceFiles } from './source-files.ts';
import { findTableUses, type TableUse } from './statement-tables.ts';
import { foreignUses, INVARIANTS_FILES, isInvariant, tablesByModule } from './table-owners.ts';

const { owner, ownerUrl, url } = await testDatabase();
const client = await owner.connect();
after(() => client.end());

interface FoundStatement {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** Returns statements for pages of orders, which depend on the filters: one for each index and kind of search. */
function orderPages(): readonly FoundStatement[] {
  const matches = { skus: ['A'], names: ['Apple'], customerIds: [], numbers: ['1'] };
  const filters = [
    {},
    { customerId: '0' },
    { statuses: ['PENDING' as const] },
    { sku: 'A' },
    { sku: 'A', customerId: '0', statuses: ['PENDING' as const] },
  ];
  return filters
    .flatMap((filter) => [
      buildPageQuery(filter, null, 1),
      ...[null, 5].map((pages) =>
        buildPageQuery(filter, null, 1, { text: 'a', emails: true, pages }),
      ),
      buildMatchedPageQuery(matches, filter, null, 1),
    ])
    .map(({ name, text }) => ({ file: 'src/modules/orders/lists/page-query.ts', name, text }));
}

const defined = await findDefinedStatements(await findDefiningFiles());
const statements: readonly FoundStatement[] = [
  ...defined.map(({ file, statement: { statementName: name, text } }) => ({ file, name, text })),
  ...orderPages(),
];

interface FoundUse extends FoundStatement, TableUse {}

const uses: FoundUse[] = [];
for (const found of statements) {
  for (const use of await findTableUses(client, found.text)) uses.push({ ...found, ...use });
}

/** Uses of tables that belong to another module. */
const foreign = uses.filter(
  ({ file, table, use }) =>
    !(INVARIANTS_FILES.includes(file) && use === 'reads') &&
    !Object.entries(tablesByModule).some(
      ([module, tables]) => file.startsWith(`${module}/`) && tables.includes(table),
    ),
);

const entryFor = (name: string) =>
  Object.keys(foreignUses).find((entry) =>
    entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name,
  );
const describeUse = ({ file, name, use, table }: FoundUse) => `${file}: ${name} ${use} ${table}`;

test('every table, view and sequence belongs to one module', async () => {
  // A sequence that fills a column belongs to its table.
  const relations = await query(
    url,
    `select oid::regclass::text as name
       from pg_class
      where relkind in ('r', 'p', 'v', 'm', 'S')
        and relnamespace in ('public'::regnamespace, 'sandbox'::regnamespace)
        and not exists (select from pg_depend where objid = pg_class.oid and deptype in ('a', 'i') and relkind = 'S')`,
  );
  const names = relations.map(({ name }) => String(name)).filter((name) => !isInvariant(name));
  assert.deepEqual(Object.values(tablesByModule).flat().sort(), names.sort());
});

test('reads, locks and writes of tables are found', async () => {
  const found = await findTableUses(
    client,
    `with changed as (
       update orders set note = 'x' where id = $1::uuid returning id)
     select users.id
       from users
       join changed on changed.id = users.id
      where exists (select from products)
        for update of users`,
  );
  assert.deepEqual(found.map(({ use, table }) => `${use} ${table}`).sort(), [
    'locks users',
    'reads products',
    'writes orders',
  ]);
  assert.ok(uses.length > statements.length / 2, `${uses.length} uses`);
});

test('no statement needs a privilege that the role of the product does not have', async () => {
  const needed = new Set(
    uses.flatMap(({ table, privileges }) => privileges.map((one) => `${table} ${one}`)),
  );
  assert.ok(needed.size > 100, `${needed.size} privileges`);
  const lacking = await query(
    ownerUrl,
    `select table_name as table, privilege
       from unnest($1::text[], $2::text[]) as needed (table_name, privilege)
      where not case privilege
                  -- Of the log on some columns only. Their tests run the statements.
                  when 'INSERT' then has_any_column_privilege($3::name, table_name, privilege)
                  else has_table_privilege($3::name, table_name, privilege)
                end
        and not (table_name = 'order_numbers' and privilege in ('SELECT', 'UPDATE'))`,
    [
      [...needed].map((one) => one.split(' ')[0]),
      [...needed].map((one) => one.split(' ')[1]),
      RUNTIME_ROLE,
    ],
  );
  const isLacking = ({ table, privileges }: FoundUse) =>
    lacking.some((one) => one.table === table && privileges.includes(String(one.privilege)));
  assert.deepEqual(uses.filter(isLacking).map(describeUse), []);
});

test('no statement writes to a table of another module', () => {
  assert.deepEqual(foreign.filter(({ use }) => use === 'writes').map(describeUse), []);
});

test('a statement reads and locks tables of another module only with a listed reason', () => {
  const wrong = foreign.filter(({ name, use, table }) => {
    const entry = foreignUses[entryFor(name) ?? ''];
    return !(use === 'reads' ? entry?.reads : entry?.locks)?.includes(table);
  });
  assert.deepEqual(wrong.map(describeUse), []);
});

test('every listed use of another module is real', () => {
  const used = new Set(foreign.map(({ name, use, table }) => `${entryFor(name)} ${use} ${table}`));
  const named = Object.entries(foreignUses).flatMap(([name, { reads = [], locks = [] }]) => [
    ...reads.map((table) => `${name} reads ${table}`),
    ...locks.map((table) => `${name} locks ${table}`),
  ]);
  assert.deepEqual(
    named.filter((one) => !used.has(one)),
    [],
  );
});

test('SQL runs through statements, except in src/database, the pages of orders and that of pg-boss', () => {
  const isFree = (path: string) =>
    path.startsWith('src/database/') ||
    path.startsWith('src/modules/orders/lists/') ||
    path === 'src/drivers/queue/postgres/install.ts';
  const wrong = sourceFiles('src/**/*.ts').filter(
    ({ path, text }) => !isFree(path) && /\.query\(|\.run</.test(text),
  );
  assert.deepEqual(
    wrong.map(({ path }) => path),
    [],
  );
});

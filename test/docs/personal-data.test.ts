import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fillPrivacyGuide, listColumns, readInventory } from '../../docs/make/personal-data.ts';
import { buildOwnCookies } from '../../src/http/own-cookies.ts';
import { sourceFiles } from '../tidy/source-files.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { entries, notPersonal } = readInventory();
const classed = [
  ...entries.flatMap(({ columns }) => listColumns(columns)),
  ...listColumns(notPersonal),
];

/** Lists the columns of all tables, as `schema.sql` creates them. */
function listSchemaColumns(): readonly string[] {
  return [
    ...read('schema.sql').matchAll(/^create (?:unlogged )?table (\S+) \(\n(.*?)^\)/gms),
  ].flatMap(([, table, body = '']) =>
    body
      .split('\n')
      .flatMap((line) => /^ {2}(?!constraint )"?(\w+)"? /.exec(line)?.[1] ?? [])
      .map((column) => `${table}.${column}`),
  );
}

test('every column of the schema has one class, and every classed column exists', () => {
  const columns = listSchemaColumns();
  assert.ok(columns.length > 400, `${columns.length} columns`);
  assert.deepEqual(
    columns.filter((column) => !classed.includes(column)),
    [],
    'state in docs/make/personal-data.json what they are',
  );
  assert.deepEqual(
    classed.filter((column) => !columns.includes(column)),
    [],
    'these do not exist (any more)',
  );
  assert.deepEqual(
    classed.filter((column, index) => classed.indexOf(column) !== index),
    [],
    'these are classed twice',
  );
});

test('what is kept of people has a purpose, a time, receivers and an end', () => {
  for (const { what, purpose, kept, given, erased } of entries) {
    for (const text of [what, purpose, kept, given, erased]) assert.match(text, /\w/, what);
  }
});

test('a column whose name says that it is about people is not classed as if it were not', () => {
  const telling =
    /(^|_)(email|phone|address|network|agent|recipient|contact|note|reason|user_id|customer_id|actor_id|browser|password|token|secret)/;
  const wrong = listColumns(notPersonal).filter((column) =>
    telling.test(column.split('.').at(-1)!),
  );
  assert.deepEqual(wrong, []);
});

test('the privacy guide names every cookie and every key of the storage of browsers', () => {
  const guide = read('docs/guides/privacy.md');
  const keys = sourceFiles('web/**/*.{ts,tsx}').flatMap(({ text }) =>
    [...text.matchAll(/storageKey\('([^']+)'\)/g)].map(([, key]) => `…${key}`),
  );
  const cookies = Object.values(buildOwnCookies(true, '')).map(({ name }) => name);
  assert.ok(keys.length > 5, `${keys.length} keys`);
  assert.deepEqual(
    [...keys, ...cookies].filter((name) => !guide.includes(`\`${name}`)),
    [],
  );
});

test('the privacy guide has the present tables (if not, run "npm run docs")', () => {
  const guide = read('docs/guides/privacy.md');
  assert.ok(guide === fillPrivacyGuide(guide), 'the tables are not those of the inventory');
});

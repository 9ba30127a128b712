import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constraintErrors } from '../../src/main/tables/constraint-errors.ts';
import { testDatabase } from '../support/database.ts';
import { query } from '../support/until.ts';

const { url } = await testDatabase();

/** The suffix for each pg_constraint.contype. PostgreSQL 18 also has "not null" ('n') there, which it names itself. */
const endings: Readonly<Record<string, string>> = { p: 'pkey', u: 'key', f: 'fkey', c: 'check' };

const constraints = (await query(
  url,
  `select k.conname as name, c.relname as table, k.contype as kind
     from pg_constraint k
     join pg_class c on c.oid = k.conrelid
    where k.connamespace = 'public'::regnamespace and k.contype <> 'n' and k.contype <> 't'`,
)) as { name: string; table: string; kind: string }[];

const indexes = (await query(
  url,
  `select i.relname as name, t.relname as table, x.indisunique as unique
     from pg_index x
     join pg_class i on i.oid = x.indexrelid
     join pg_class t on t.oid = x.indrelid
    where i.relnamespace = 'public'::regnamespace
      and not exists (select from pg_constraint k where k.conindid = x.indexrelid and k.contype in ('p', 'u', 'x'))`,
)) as { name: string; table: string; unique: boolean }[];

test('every constraint is named <table>_<columns or rule>_<kind>', () => {
  assert.ok(constraints.length > 40);
  const odd = constraints.filter(({ name, table, kind }) => {
    const ending = endings[kind];
    return ending === undefined || !new RegExp(`^${table}_[a-z_]+_${ending}$`).test(name);
  });
  assert.deepEqual(odd, []);
});

test('every index is named <table>_<columns>_idx, a unique one _key', () => {
  const odd = indexes.filter(
    ({ name, table, unique }) =>
      !new RegExp(`^${table}_[a-z_]+_${unique ? 'key' : 'idx'}$`).test(name),
  );
  assert.deepEqual(odd, []);
});

test('every name is well below the length at which PostgreSQL truncates it', () => {
  const names = [...constraints, ...indexes].map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => Buffer.byteLength(name) > 62),
    [],
  );
});

test('every constraint with a mapped refusal exists', async () => {
  // Triggers raise errors under their own names, which appear in the source of the functions.
  const functions = await query(
    url,
    `select prosrc as text from pg_proc where pronamespace = 'public'::regnamespace`,
  );
  const known = new Set([...constraints, ...indexes].map(({ name }) => name));
  const missing = Object.keys(constraintErrors).filter(
    (name) =>
      !known.has(name) &&
      !functions.some(({ text }) => String(text).includes(`'${name}'`)) &&
      !name.endsWith('_append_only_check'),
  );
  assert.deepEqual(missing, []);
});

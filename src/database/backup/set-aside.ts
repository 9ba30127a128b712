import type pg from 'pg';
import { listParts, type TableRow } from './describe-content.ts';

interface Definition {
  table: string;
  name: string;
  text: string;
}

/**
 * Empties the tables, which migrations filled, and makes them take rows in any order and at once: without triggers, foreign keys
 * and the indexes that belong to no constraint. Returns what puts these back, by which foreign keys are proven. The owner may do
 * both, where a superuser would be needed to switch off the triggers of foreign keys.
 */
export async function setTablesAside(
  client: pg.ClientBase,
  tables: readonly TableRow[],
): Promise<() => Promise<void>> {
  const names = tables.map(({ name }) => name);
  const foreignKeys = await listForeignKeys(client, names);
  const indexes = await listIndexes(client, names);
  for (const { table, name } of foreignKeys) {
    await client.query(`alter table ${table} drop constraint ${name}`);
  }
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  const parts = (await listParts(client)).map(({ name }) => name);
  const withTriggers = [...names, ...parts];
  for (const name of withTriggers) await client.query(`alter table ${name} disable trigger user`);
  await client.query(`truncate ${names.join(', ')}`);

  return async () => {
    await client.query(`set local maintenance_work_mem = '256MB'`);
    for (const { text } of indexes) await client.query(text);
    for (const { table, name, text } of foreignKeys) {
      await client.query(`alter table ${table} add constraint ${name} ${text}`);
    }
    for (const name of withTriggers) await client.query(`alter table ${name} enable trigger user`);
  };
}

async function listForeignKeys(
  client: pg.ClientBase,
  tables: readonly string[],
): Promise<readonly Definition[]> {
  const { rows } = await client.query<Definition>(
    `select format('%I.%I', nspname, relname) as "table", quote_ident(conname) as name,
            pg_get_constraintdef(con.oid) as text
       from pg_constraint con
       join pg_class class on class.oid = conrelid
       join pg_namespace space on space.oid = relnamespace
      where contype = 'f'
        and conparentid = 0
        and format('%I.%I', nspname, relname) = any($1::text[])
      order by 1, 2`,
    [tables],
  );
  return rows;
}

/** Returns the indexes of tables without parts: those of parts belong to an index of the whole table. */
async function listIndexes(
  client: pg.ClientBase,
  tables: readonly string[],
): Promise<readonly Definition[]> {
  const { rows } = await client.query<Definition>(
    `select format('%I.%I', nspname, class.relname) as "table", format('%I.%I', nspname, index.relname) as name,
            pg_get_indexdef(index.oid) as text
       from pg_index
       join pg_class index on index.oid = indexrelid
       join pg_class class on class.oid = indrelid
       join pg_namespace space on space.oid = class.relnamespace
      where class.relkind = 'r'
        and format('%I.%I', nspname, class.relname) = any($1::text[])
        and not exists (
          select from pg_constraint where conindid = indexrelid)
      order by 1, 2`,
    [tables],
  );
  return rows;
}

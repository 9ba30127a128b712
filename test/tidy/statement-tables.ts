import type { Client } from 'pg';

export type Use = 'reads' | 'locks' | 'writes';

/** What a statement does to one table, view or sequence. */
export interface TableUse {
  /** With its schema, unless that is `public`. */
  readonly table: string;
  readonly use: Use;
}

/** Source: PostgreSQL, nodes/parsenodes.h: ACL_INSERT, ACL_UPDATE, ACL_DELETE. */
const [INSERT, UPDATE, DELETE] = [1, 4, 8];

/** One relation in a query's tree: its id, the rights that it takes, and the columns that are updated. */
const RELATION = /:relid (\d+) [^{}]*?:requiredPerms (\d+) [^{}]*?:updatedCols \(b([^)]*)\)/g;

/**
 * Asks PostgreSQL which tables a statement uses. The statement becomes the body of an SQL function, which is kept as a
 * parsed tree, and the tree names for each relation the rights that it takes. A row lock takes the right to update and
 * updates no column. What views, triggers and functions do inside is not part of it.
 *
 * Runs in a transaction that is rolled back.
 */
export async function findTableUses(client: Client, text: string): Promise<readonly TableUse[]> {
  await client.query('begin');
  try {
    await client.query(`prepare probe as ${text}`);
    const { rows: prepared } = await client.query<{ types: string }>(
      `select array_to_string(parameter_types, ', ') as types
         from pg_prepared_statements
        where name = 'probe'`,
    );
    await client.query(
      `create function pg_temp.probe(${prepared[0]!.types}) returns void begin atomic ${text}; end`,
    );
    const { rows: bodies } = await client.query<{ body: string }>(
      `select prosqlbody::text as body
         from pg_proc
        where proname = 'probe'
          and pronamespace = pg_my_temp_schema()`,
    );
    const relations = [...bodies[0]!.body.matchAll(RELATION)];
    const { rows: names } = await client.query<{ id: string; name: string }>(
      `select oid::text as id, oid::regclass::text as name
         from pg_class
        where oid = any($1::oid[])
          and relnamespace <> 'pg_catalog'::regnamespace`,
      [relations.map(([, id]) => id)],
    );
    const nameById = new Map(names.map(({ id, name }) => [id, name]));
    return relations.flatMap(([, id = '', rights, updated]) => {
      const table = nameById.get(id);
      return table === undefined ? [] : [{ table, use: describeUse(Number(rights), updated) }];
    });
  } finally {
    await client.query('rollback');
    await client.query('deallocate all');
  }
}

function describeUse(rights: number, updatedColumns: string | undefined): Use {
  if ((rights & (INSERT | DELETE)) !== 0 || updatedColumns?.trim() !== '') return 'writes';
  return (rights & UPDATE) === 0 ? 'reads' : 'locks';
}

import type { Client } from 'pg';

export type Use = 'reads' | 'locks' | 'writes';

/** One use of a table, view or sequence by a statement. */
export interface TableUse {
  /** With its schema, unless that is `public`. */
  readonly table: string;
  readonly use: Use;
  /** The privileges that PostgreSQL requires for it, such as SELECT. */
  readonly privileges: readonly string[];
}

/** Source: PostgreSQL, nodes/parsenodes.h: ACL_INSERT, ACL_SELECT, ACL_UPDATE, ACL_DELETE. */
const [INSERT, SELECT, UPDATE, DELETE] = [1, 2, 4, 8];
const privilegeNames = { INSERT, SELECT, UPDATE, DELETE };

/** One relation in a query tree: its id, the required rights, and the updated columns. */
const RELATION = /:relid (\d+) [^{}]*?:requiredPerms (\d+) [^{}]*?:updatedCols \(b([^)]*)\)/g;

/**
 * Returns the tables that a statement uses, according to PostgreSQL. The statement becomes the body of an SQL function,
 * which is stored as a parsed tree, and the tree names the rights required for each relation. A row lock requires the
 * right to update but updates no column. The contents of views, triggers and functions are not included.
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
      if (table === undefined) return [];
      const privileges = Object.entries(privilegeNames)
        .filter(([, bit]) => (Number(rights) & bit) !== 0)
        .map(([privilege]) => privilege);
      return [{ table, use: describeUse(Number(rights), updated), privileges }];
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

import type { Database } from '../../src/database/database.ts';

/** Returns which marks are in the rows of the database, by table and column. Ciphertexts and hashes hide theirs. */
export async function findMarkedColumns(
  db: Pick<Database, 'connect'>,
  marks: readonly string[],
): Promise<Map<string, string[]>> {
  const client = await db.connect();
  const read = async (text: string) => (await client.query(text)).rows;
  try {
    const found = new Map<string, string[]>();
    const tables = await read(
      `select table_name as name
         from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      for (const { row } of await read(`select to_jsonb(${name}) as row from ${name}`)) {
        for (const [column, value] of Object.entries(row)) {
          const text = JSON.stringify(value);
          const inValue = marks.filter((mark) => text.includes(mark));
          const place = `${name}.${column}`;
          if (inValue.length > 0) found.set(place, [...(found.get(place) ?? []), ...inValue]);
        }
      }
    }
    return found;
  } finally {
    await client.end();
  }
}

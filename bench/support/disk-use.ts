import type pg from 'pg';

/** Bytes on disk of one table. */
export interface TableBytes {
  readonly heap: number;
  readonly indexes: number;
}

export type DiskUse = ReadonlyMap<string, TableBytes>;

/** Returns the bytes of each table with its TOAST table, and of its indexes. */
export async function readDiskUse(client: pg.Client): Promise<DiskUse> {
  const { rows } = await client.query<{ table: string; heap: string; indexes: string }>(
    `select oid::regclass::text as table, pg_table_size(oid) as heap, pg_indexes_size(oid) as indexes
       from pg_class
      where relkind = 'r'
        and relnamespace in ('public'::regnamespace, 'sandbox'::regnamespace)`,
  );
  return new Map(
    rows.map(({ table, heap, indexes }) => [
      table,
      { heap: Number(heap), indexes: Number(indexes) },
    ]),
  );
}

/** Returns the bytes that each of `count` orders added to the tables, the largest first. */
export function bytesOfOne(
  before: DiskUse,
  after: DiskUse,
  count: number,
): { readonly table: string; readonly heap: number; readonly indexes: number }[] {
  const added = (table: string, part: keyof TableBytes) =>
    Math.max(0, (after.get(table)?.[part] ?? 0) - (before.get(table)?.[part] ?? 0)) / count;
  return [...after.keys()]
    .map((table) => ({ table, heap: added(table, 'heap'), indexes: added(table, 'indexes') }))
    .filter(({ heap, indexes }) => heap + indexes >= 1)
    .sort((one, other) => other.heap + other.indexes - one.heap - one.indexes);
}

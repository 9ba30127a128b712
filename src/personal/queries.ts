import { statement } from '../database/statement.ts';

export interface PersonalKeyRow {
  personId: string;
  /** Null: it was destroyed. */
  key: Buffer | null;
}

export const findPersonalKeys = statement<[personIds: readonly string[]], PersonalKeyRow>(
  'personal.find_keys',
  `select person_id as "personId", key
     from personal_keys
    where person_id = any($1::uuid[])`,
);

/**
 * Inserts keys, except for people who have one. `keys`: in the text form of `bytea`. Waits for another transaction that
 * is inserting the key of one of them.
 */
export const insertPersonalKeys = statement<
  [personIds: readonly string[], keys: readonly string[]],
  never
>(
  'personal.insert_keys',
  `insert into personal_keys (person_id, key)
   select *
     from unnest($1::uuid[], $2::bytea[])
   on conflict (person_id) do nothing`,
);

/** Destroys keys. People who have none never get one. */
export const destroyKeys = statement<[personIds: readonly string[]], never>(
  'personal.destroy_keys',
  `insert into personal_keys (person_id, key, destroyed_at)
   select person_id, null, clock_timestamp()
     from unnest($1::uuid[]) as person_id
    order by person_id
   on conflict (person_id) do update
     set key = null,
         destroyed_at = excluded.destroyed_at
     where personal_keys.key is not null`,
);

import { statement } from '../database/statement.ts';

export interface PersonalKeyRow {
  personId: string;
  /** Null: it was destroyed. */
  key: Buffer | null;
  /** The key under which it is encrypted; null: none. */
  keyId: string | null;
}

export const findPersonalKeys = statement<[personIds: readonly string[]], PersonalKeyRow>(
  'personal.find_keys',
  `select person_id as "personId", key, key_id as "keyId"
     from personal_keys
    where person_id = any($1::uuid[])`,
);

/**
 * Inserts keys, except for people who have one. `keys`: in the text form of `bytea`. Waits for another transaction that
 * is inserting the key of one of them.
 */
export const insertPersonalKeys = statement<
  [personIds: readonly string[], keys: readonly string[], keyIds: readonly (string | null)[]],
  never
>(
  'personal.insert_keys',
  `insert into personal_keys (person_id, key, key_id)
   select *
     from unnest($1::uuid[], $2::bytea[], $3::text[])
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

/** Returns the ids of the keys under which there are keys of people, each once, by looking each up in the index. Null: in clear. */
export const listEncryptingIds = statement<[], { keyId: string | null }>(
  'personal.list_encrypting_ids',
  `with recursive found (key_id) as (
     (select key_id
        from personal_keys
       where key is not null
         and key_id is not null
       order by key_id
       limit 1)
     union all
     select (
         select next.key_id
           from personal_keys as next
          where next.key is not null
            and next.key_id > found.key_id
          order by next.key_id
          limit 1)
       from found
      where found.key_id is not null
   )
   select key_id as "keyId"
     from found
    where key_id is not null
   union all
   (select null
      from personal_keys
     where key is not null
       and key_id is null
     limit 1)`,
);

/** Returns keys that are in clear or under one of these. Sorted, because otherwise the plan for any ids would read the whole table. */
export const findKeysUnderOthers = statement<
  [otherIds: readonly string[], limit: number],
  { personId: string; key: Buffer; keyId: string | null }
>(
  'personal.find_keys_under_others',
  `select person_id as "personId", key, key_id as "keyId"
     from (
       (select person_id, key, key_id
          from personal_keys
         where key is not null
           and key_id is null
         limit $2::int)
       union all
       (select person_id, key, key_id
          from personal_keys
         where key is not null
           and key_id = any($1::text[])
         order by key_id
         limit $2::int)) as other
    limit $2::int`,
);

/** Replaces keys by the same ones, encrypted anew, unless they have changed or are being changed. All in the text form of `bytea`. */
export const replaceKeys = statement<
  [
    personIds: readonly string[],
    storedKeys: readonly string[],
    newKeys: readonly string[],
    keyIds: readonly (string | null)[],
  ],
  { personId: string }
>(
  'personal.replace_keys',
  `with free as materialized (
     select person_id
       from personal_keys
      where person_id = any($1::uuid[])
        for no key update skip locked
   )
   update personal_keys
      set key = anew.key,
          key_id = anew.key_id
     from free
     join unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::text[]) as anew (person_id, stored, key, key_id)
       on anew.person_id = free.person_id
    where personal_keys.person_id = free.person_id
      and personal_keys.key = anew.stored
   returning personal_keys.person_id as "personId"`,
);

export const countKeysUnder = statement<[keyId: string], { count: number }>(
  'personal.count_keys_under',
  `select count(*)::int as count
     from personal_keys
    where key is not null
      and key_id = $1::text`,
);

/** Destroys the keys that are encrypted under a key. */
export const destroyKeysUnder = statement<[keyId: string], { count: number }>(
  'personal.destroy_keys_under',
  `with destroyed as (
     update personal_keys
        set key = null,
            destroyed_at = clock_timestamp()
      where key is not null
        and key_id = $1::text
     returning person_id)
   select count(*)::int as count
     from destroyed`,
);

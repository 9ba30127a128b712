import { statement } from '../statement.ts';

export interface RegisteredKeyRow {
  id: string;
  /** Whether new secrets may be encrypted under it. */
  inForce: boolean;
  encryptsFrom: Date;
  retiredAt: Date | null;
}

/** Held until commit, so that servers that start together register one key after the other. */
export const lockRegistry = statement<[], never>(
  'encryption.lock_registry',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.encryption_keys', 0))`,
);

/**
 * Returns the keys, the one that encrypts first. By the clock of the statement: while its transaction waited for the lock,
 * another one that began later may have registered a key that is in force at once.
 */
export const listRegisteredKeys = statement<[], RegisteredKeyRow>(
  'encryption.list_keys',
  `select id, encrypts_from <= clock_timestamp() as "inForce", encrypts_from as "encryptsFrom", retired_at as "retiredAt"
     from encryption_keys
    order by encrypts_from desc, id`,
);

/** Registers a key, or once more if it was retired. It encrypts after so many minutes. */
export const registerKey = statement<[id: string, waitMinutes: number], never>(
  'encryption.register_key',
  `insert into encryption_keys as key (id, encrypts_from)
   values ($1::text, now() + $2::int * interval '1 minute')
   on conflict (id) do update
     set registered_at = excluded.registered_at,
         encrypts_from = excluded.encrypts_from,
         retired_at = null
     where key.retired_at is not null`,
);

/** Retires the keys under which nothing is encrypted, once a newer one has been in force for so many minutes. */
export const retireUnusedKeys = statement<
  [idsInUse: readonly string[], waitMinutes: number],
  { id: string }
>(
  'encryption.retire_unused_keys',
  `update encryption_keys
      set retired_at = now()
    where retired_at is null
      and id <> all($1::text[])
      and encrypts_from < (
        select max(encrypts_from)
          from encryption_keys
         where retired_at is null
           and encrypts_from <= now() - $2::int * interval '1 minute')
   returning id`,
);

export const retireKey = statement<[id: string], { id: string }>(
  'encryption.retire_key',
  `update encryption_keys
      set retired_at = now()
    where id = $1::text
      and retired_at is null
   returning id`,
);

import { statement } from '../../database/statement.ts';

/** What is recorded of a person who asked to be erased, or was. */
export interface ErasureRow {
  requestedAt: Date | null;
  dueAt: Date | null;
  erasedAt: Date | null;
}

export const findErasure = statement<[userId: string], ErasureRow>(
  'privacy.find_erasure',
  `select requested_at as "requestedAt", due_at as "dueAt", erased_at as "erasedAt"
     from erasures
    where user_id = $1::uuid`,
);

/**
 * Records the request of a person, unless there is one. It is due at the same time of the day a month later, in the shop's
 * zone.
 */
export const insertRequest = statement<[userId: string, timeZone: string], { userId: string }>(
  'privacy.insert_request',
  `insert into erasures (user_id, requested_at, due_at)
   select $1::uuid, now(), (now() at time zone $2::text + interval '1 month') at time zone $2::text
   on conflict (user_id) do nothing
   returning user_id as "userId"`,
);

/** Removes the open request of a person. */
export const deleteRequest = statement<[userId: string], { userId: string }>(
  'privacy.delete_request',
  `delete from erasures
    where user_id = $1::uuid
      and erased_at is null
   returning user_id as "userId"`,
);

export interface RequestRow {
  userId: string;
  requestedAt: Date;
  dueAt: Date;
}

/** Returns open requests, the next one due first. `limit` is one more than the page size. */
export const listRequestRows = statement<
  [afterDueAt: string | null, afterUserId: string | null, limit: number],
  RequestRow
>(
  'privacy.list_requests',
  `select user_id as "userId", requested_at as "requestedAt", due_at as "dueAt"
     from erasures
    where erased_at is null
      and ($1::timestamptz is null or (due_at, user_id) > ($1::timestamptz, $2::uuid))
    order by due_at, user_id
    limit $3::int`,
);

/** Records that these accounts and guests were erased, except for those that were before. */
export const markErased = statement<[userIds: readonly string[]], { erasedAt: Date }>(
  'privacy.mark_erased',
  `insert into erasures (user_id, erased_at)
   select user_id, now()
     from unnest($1::uuid[]) as user_id
    order by user_id
   on conflict (user_id) do update
     set erased_at = excluded.erased_at
     where erasures.erased_at is null
   returning erased_at as "erasedAt"`,
);

/** Locks people who were erased at least so many seconds ago, for their second erasure. */
export const lockUnswept = statement<[olderThanSeconds: number, limit: number], { userId: string }>(
  'privacy.lock_unswept',
  `select user_id as "userId"
     from erasures
    where swept_at is null
      and erased_at <= now() - make_interval(secs => $1::double precision)
    order by erased_at
    limit $2::int
      for no key update skip locked`,
);

export const markSwept = statement<[userIds: readonly string[]], never>(
  'privacy.mark_swept',
  `update erasures
      set swept_at = now()
    where user_id = any($1::uuid[])`,
);

/** Returns the ids of people who were erased, in the order of their erasure. */
export const listErased = statement<
  [afterErasedAt: string | null, afterUserId: string | null, limit: number],
  { userId: string; erasedAt: string }
>(
  'privacy.list_erased',
  `select user_id as "userId", to_char(erased_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "erasedAt"
     from erasures
    where erased_at is not null
      and ($1::timestamptz is null or (erased_at, user_id) > ($1::timestamptz, $2::uuid))
    order by erased_at, user_id
    limit $3::int`,
);

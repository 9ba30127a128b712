import { statement } from '../../database/statement.ts';

/** Inserts a reset, replacing the user's open one. Returns no row if there is no such active user. */
export const insertPasswordReset = statement<
  [emailKey: string, id: string, tokenHash: Buffer],
  { userId: string }
>(
  'accounts.put_password_reset',
  `insert into password_resets (id, token_hash, user_id, created_at, expires_at)
   select $2::uuid, $3::bytea, id, clock_timestamp(), clock_timestamp() + interval '30 minutes'
     from users
    where email_key = $1::text
      and not guest
      and disabled_at is null
   on conflict (user_id) where used_at is null do update
     set id = excluded.id,
         token_hash = excluded.token_hash,
         created_at = excluded.created_at,
         expires_at = excluded.expires_at
   returning user_id as "userId"`,
);

/** Returns a reset that is still valid, with the user's address. */
export const findOpenReset = statement<[id: string], { tokenHash: Buffer; email: string }>(
  'accounts.find_open_reset',
  `select password_resets.token_hash as "tokenHash", users.email
     from password_resets
     join users on users.id = password_resets.user_id
    where password_resets.id = $1::uuid
      and password_resets.used_at is null
      and password_resets.expires_at > clock_timestamp()
      and users.disabled_at is null`,
);

/** Returns a reset that is still valid, with its user. */
export const findPasswordReset = statement<
  [tokenHash: Buffer],
  { userId: string; email: string; name: string }
>(
  'accounts.find_password_reset',
  `select password_resets.user_id as "userId", users.email, users.name
     from password_resets
     join users on users.id = password_resets.user_id
    where password_resets.token_hash = $1::bytea
      and password_resets.used_at is null
      and password_resets.expires_at > clock_timestamp()`,
);

export const usePasswordReset = statement<[tokenHash: Buffer], { userId: string }>(
  'accounts.use_password_reset',
  `update password_resets
      set used_at = clock_timestamp()
    where token_hash = $1::bytea
      and used_at is null
      and expires_at > clock_timestamp()
   returning user_id as "userId"`,
);

/** Deletes the user's open reset: after a password change, an earlier link is no longer needed. */
export const cancelPasswordResets = statement<[userId: string], never>(
  'accounts.void_password_resets',
  `delete from password_resets
    where user_id = $1::uuid
      and used_at is null`,
);

/** Deletes resets that were used or expired more than a day ago. */
export const purgeResets = statement<[limit: number], { id: string }>(
  'accounts.purge_resets',
  `delete from password_resets
    where id in (
      select id
        from password_resets
       where least(used_at, expires_at) < now() - interval '1 day'
       limit $1::int)
   returning id`,
);

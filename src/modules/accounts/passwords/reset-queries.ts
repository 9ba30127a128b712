import { statement } from '../../../database/statement.ts';
import type { CredentialRow } from '../queries.ts';

/** Locks the active user of an address. */
export const lockResettable = statement<[emailKey: string], { id: string }>(
  'accounts.lock_resettable',
  `select id
     from users
    where email_key = $1::text
      and not guest
      and disabled_at is null
      for no key update`,
);

/** Inserts a reset, called under the lock of the user. Returns no row if the user has had five within the hour. */
export const insertPasswordReset = statement<
  [userId: string, id: string, tokenHash: Buffer],
  { userId: string }
>(
  'accounts.put_password_reset',
  `insert into password_resets (id, token_hash, user_id, created_at, expires_at)
   select $2::uuid, $3::bytea, $1::uuid, clock_timestamp(), clock_timestamp() + interval '30 minutes'
    where (select count(*)
             from password_resets
            where user_id = $1::uuid
              and created_at > clock_timestamp() - interval '1 hour') < 5
   returning user_id as "userId"`,
);

/** Returns a reset that is still valid, with the user's address. */
export const findOpenReset = statement<
  [id: string],
  { userId: string; tokenHash: Buffer; email: string; isStaff: boolean }
>(
  'accounts.find_open_reset',
  `select users.id as "userId", password_resets.token_hash as "tokenHash", users.email,
          users.role <> 'customer' as "isStaff"
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
  Pick<CredentialRow, 'email' | 'name' | 'role' | 'passwordHash' | 'passwordChangeRequired'> & {
    userId: string;
  }
>(
  'accounts.find_password_reset',
  `select password_resets.user_id as "userId", users.email, users.name, users.role,
          users.password_hash as "passwordHash",
          users.password_change_required as "passwordChangeRequired"
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

/** Ends the user's other links: after a password change, they are no longer needed. The rows stay, to be counted. */
export const voidPasswordResets = statement<[userId: string], never>(
  'accounts.void_password_resets',
  `update password_resets
      set expires_at = clock_timestamp()
    where user_id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()`,
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

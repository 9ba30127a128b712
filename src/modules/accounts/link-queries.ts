import { statement } from '../../database/statement.ts';
import type { LinkPurpose } from './tokens/link-tokens.ts';
import type { User } from './user.ts';

/** The purposes of the links about addresses. */
export type EmailLinkPurpose = Exclude<LinkPurpose, 'reset'>;

/**
 * Inserts a link, called under the locks of the user and, for a change, of the new address. Returns no row if the user
 * has had five of this purpose within the hour, or the new address five mails about it. What undoes a change is not
 * limited: no change is without it.
 */
export const insertLink = statement<
  [
    id: string,
    userId: string,
    purpose: EmailLinkPurpose,
    email: string,
    emailKey: string,
    tokenHash: Buffer,
    undoId: string | null,
  ],
  { id: string }
>(
  'accounts.insert_email_link',
  `insert into email_links (id, user_id, purpose, email, email_key, token_hash, undo_id, expires_at)
   select $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::bytea, $7::uuid,
          clock_timestamp() + interval '24 hours'
    where ($3::text = 'undo'
           or (select count(*)
                 from email_links
                where user_id = $2::uuid
                  and purpose = $3::text
                  and created_at > clock_timestamp() - interval '1 hour') < 5)
      and ($3::text <> 'change'
           or (select count(*)
                 from email_links
                where email_key = $5::text
                  and purpose = 'change'
                  and created_at > clock_timestamp() - interval '1 hour') < 5)
   returning id`,
);

/** A link that still works. */
export interface OpenLinkRow {
  id: string;
  userId: string;
  purpose: EmailLinkPurpose;
  email: string;
  emailKey: string;
  undoId: string | null;
  createdAt: Date;
}

export const findOpenLinkByToken = statement<[tokenHash: Buffer], OpenLinkRow>(
  'accounts.find_email_link_by_token',
  `select id, user_id as "userId", purpose, email, email_key as "emailKey", undo_id as "undoId",
          created_at as "createdAt"
     from email_links
    where token_hash = $1::bytea
      and used_at is null
      and expires_at > clock_timestamp()`,
);

/**
 * Returns a link that still works, of a user who may sign in, for its mail. `holderId`: the user whose address it goes to
 * now, and otherwise the same one.
 */
export const findMailedLink = statement<
  [id: string],
  Pick<OpenLinkRow, 'userId' | 'purpose' | 'email'> & { tokenHash: Buffer; holderId: string }
>(
  'accounts.find_mailed_link',
  `select user_id as "userId", purpose, link.email, token_hash as "tokenHash",
          coalesce(
            (select holder.id
               from users as holder
              where holder.email_key = link.email_key
                and not holder.guest),
            user_id) as "holderId"
     from email_links as link
     join users on users.id = link.user_id
    where link.id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()
      and disabled_at is null`,
);

/** Uses a link up. Returns no row if it no longer works. */
export const takeLink = statement<[id: string], { id: string }>(
  'accounts.take_email_link',
  `update email_links
      set used_at = clock_timestamp()
    where id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()
   returning id`,
);

/**
 * Voids the links by which a user would prove or change an address, and those that undo a change from `undoFrom` on; null:
 * no such. The rows stay, to be counted.
 */
export const voidLinks = statement<[userId: string, undoFrom: Date | null], never>(
  'accounts.void_email_links',
  `update email_links
      set expires_at = clock_timestamp()
    where user_id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()
      and (purpose <> 'undo' or created_at >= $2::timestamptz)`,
);

/** Voids the changes of address that a user has asked for and not confirmed. What undoes one stays. */
export const voidChanges = statement<[userId: string], { id: string }>(
  'accounts.void_email_changes',
  `update email_links
      set expires_at = clock_timestamp()
    where user_id = $1::uuid
      and purpose = 'change'
      and used_at is null
      and expires_at > clock_timestamp()
   returning id`,
);

/** Does the same for everyone. */
export const voidAllChanges = statement<[], never>(
  'accounts.void_all_email_changes',
  `update email_links
      set expires_at = clock_timestamp()
    where purpose = 'change'
      and used_at is null
      and expires_at > clock_timestamp()`,
);

/** A change of address can be undone for seven days. */
export const extendUndo = statement<[id: string], { id: string }>(
  'accounts.extend_undo',
  `update email_links
      set expires_at = clock_timestamp() + interval '7 days'
    where id = $1::uuid
      and used_at is null
   returning id`,
);

/** Returns whether the address may still be given back to another user than this one. */
export const findReservation = statement<[emailKey: string, userId: string], { id: string }>(
  'accounts.find_email_reservation',
  `select id
     from email_links
    where email_key = $1::text
      and purpose = 'undo'
      and user_id <> $2::uuid
      and used_at is null
      and expires_at > clock_timestamp()
    limit 1`,
);

/** Returns which of these addresses may still be given back, and to whom. */
export const findReservations = statement<
  [emailKeys: readonly string[]],
  { emailKey: string; userId: string }
>(
  'accounts.find_email_reservations',
  `select distinct on (email_key) email_key as "emailKey", user_id as "userId"
     from email_links
    where email_key = any($1::text[])
      and purpose = 'undo'
      and used_at is null
      and expires_at > clock_timestamp()
    order by email_key, created_at`,
);

/** Gives a user another address, which is proven. */
export const updateEmail = statement<
  [userId: string, email: string, emailKey: string],
  Pick<User, 'id' | 'role'>
>(
  'accounts.update_email',
  `update users
      set email = $2::text,
          email_key = $3::text,
          email_verified_at = clock_timestamp(),
          original_email_key = nullif(coalesce(original_email_key, email_key), $3::text),
          updated_at = now()
    where id = $1::uuid
      and not guest
      and disabled_at is null
   returning id, role`,
);

/** Deletes links that were used or expired more than a day ago. */
export const purgeLinks = statement<[limit: number], { id: string }>(
  'accounts.purge_email_links',
  `delete from email_links
    where id in (
      select id
        from email_links
       where least(used_at, expires_at) < now() - interval '1 day'
       limit $1::int)
   returning id`,
);

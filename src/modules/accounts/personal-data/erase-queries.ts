import { statement } from '../../../database/statement.ts';
import type { User } from '../user.ts';

/** The address of an account or a guest; null: unknown. */
export const findAddressKey = statement<[id: string], { emailKey: string | null }>(
  'accounts.find_address_key',
  `select email_key as "emailKey"
     from users
    where id = $1::uuid`,
);

export interface LockedPersonRow extends Omit<User, 'email'> {
  /** Null for some guests. */
  email: string | null;
  phone: string | null;
  guest: boolean;
}

/**
 * Locks a user or guest, the guests of the user's address if it is proven, and every active admin, in id order, see
 * `lockUserAndAdmins`.
 */
export const lockPersonAndAdmins = statement<[id: string], LockedPersonRow>(
  'accounts.lock_person_and_admins',
  `select id, email, name, phone, guest, role, vip, disabled_at is not null as disabled,
          created_at as "createdAt", password_change_required as "passwordChangeRequired",
          email_verified_at is not null as "emailVerified"
     from users
    where id = any(array(
            select $1::uuid
             union
            select guests.id
              from users as account
              join users as guests on guests.email_key = account.email_key and guests.guest
             where account.id = $1::uuid
               and account.email_verified_at is not null
             union
            select id
              from users
             where role = 'admin'
               and disabled_at is null))
    order by id
      for no key update`,
);

/** Locks those of these customers who are guests, in id order. */
export const lockGuestRows = statement<[ids: readonly string[]], { id: string }>(
  'accounts.lock_guest_rows',
  `select id
     from users
    where id = any($1::uuid[])
      and guest
    order by id
      for no key update`,
);

/** Returns the ids of what mails about these accounts are about, see `AccountMail`. */
export const findMailedIds = statement<[userIds: readonly string[]], { id: string }>(
  'accounts.find_mailed_ids',
  `select id
     from account_notices
    where user_id = any($1::uuid[])
    union all
   select id
     from email_links
    where user_id = any($1::uuid[])
    union all
   select id
     from password_resets
    where user_id = any($1::uuid[])`,
);

/**
 * Ends what still goes on. The rows stay, because the other servers learn from them which access tokens are void. Those of
 * sessions that have ended say nothing of the person, and only the others are in the index.
 */
export const eraseFamilies = statement<[userIds: readonly string[]], { id: string }>(
  'accounts.erase_families',
  `update refresh_families
      set ended_at = clock_timestamp(),
          end_reason = 'erased'
    where user_id = any($1::uuid[])
      and ended_at is null
   returning id`,
);

/** After the sessions were locked: a refresh that was going on has issued a token. */
export const eraseTokens = statement<[familyIds: readonly string[]], never>(
  'accounts.erase_tokens',
  `delete from refresh_tokens
    where family_id = any($1::uuid[])`,
);

/** Deletes what else is kept of accounts, and what others wanted to do with their addresses. */
export const eraseCredentials = statement<
  [userIds: readonly string[], emailKeys: readonly string[]],
  never
>(
  'accounts.erase_credentials',
  `with devices as (
     delete from known_devices where user_id = any($1::uuid[])),
   removed_factors as (
     delete from factors where user_id = any($1::uuid[])),
   codes as (
     delete from recovery_codes where user_id = any($1::uuid[])),
   challenges as (
     delete from factor_challenges where user_id = any($1::uuid[])),
   failures as (
     delete from factor_failures where user_id = any($1::uuid[])),
   resets as (
     delete from password_resets where user_id = any($1::uuid[])),
   notices as (
     delete from account_notices where user_id = any($1::uuid[]))
   delete from email_links
    where user_id = any($1::uuid[])
       or (email_key = any($2::text[]) and purpose = 'change')`,
);

/**
 * Turns accounts and guests into guests of whom nothing is known. The rows stay, because orders have a customer; nobody can sign
 * in to them, and their addresses are free.
 */
export const eraseUsers = statement<[ids: readonly string[]], never>(
  'accounts.erase_users',
  `update users
      set email = null,
          email_key = null,
          original_email_key = null,
          email_verified_at = null,
          name = '',
          phone = null,
          password_hash = null,
          password_change_required = false,
          guest = true,
          role = 'customer',
          vip = false,
          disabled_at = null,
          access_changed_at = '-infinity',
          updated_at = clock_timestamp()
    where id = any($1::uuid[])`,
);

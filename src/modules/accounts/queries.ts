import { statement } from '../../database/statement.ts';
import type { Role } from '../../shared/caller.ts';
import type { Customer, User } from './user.ts';

/*
 * The table has users and guests. A statement reads guests only where an order's customer may be one: the four below.
 */

const customerColumns =
  'id, email, name, phone, guest, role, vip, disabled_at is not null as disabled';

/** Locks customers against concurrent changes, in id order. Unknown ids are left out. */
export const lockCustomers = statement<[ids: readonly string[]], Customer>(
  'accounts.lock_customers',
  `select ${customerColumns}
     from users
    where id = any($1::uuid[])
    order by id
      for no key update`,
);

export const findCustomers = statement<[ids: readonly string[]], Customer>(
  'accounts.find_customers',
  `select ${customerColumns}
     from users
    where id = any($1::uuid[])
    order by id`,
);

/** Counts everyone, guests too: without any, no one has used the shop yet. */
export const countUsers = statement<[], { count: number }>(
  'accounts.count_users',
  'select count(*)::int as count from users',
);

export interface ActorNameRow {
  id: string;
  name: string;
}

/**
 * Returns the names of customers, staff and API keys by the ids in the log. One without a name is returned by address,
 * or else by phone, if `withAddresses` is true, and left out otherwise.
 */
export const findActorNames = statement<
  [ids: readonly string[], withAddresses: boolean],
  ActorNameRow
>(
  'accounts.find_actor_names',
  `select id, coalesce(nullif(name, ''), email, phone, '') as name
     from users
    where id = any($1::uuid[])
      and (name <> '' or $2::boolean)
    union all
   select id, name
     from api_keys
    where id = any($1::uuid[])`,
);

/** Returns the addresses of those users who could sign in. */
export const findActiveUsers = statement<[emailKeys: readonly string[]], { email: string }>(
  'accounts.find_active_users',
  `select email
     from users
    where email_key = any($1::text[])
      and not guest
      and disabled_at is null
    order by email`,
);

export const insertUser = statement<
  [
    id: string,
    email: string,
    emailKey: string,
    name: string,
    passwordHash: string,
    role: Role,
    vip: boolean,
    passwordChangeRequired: boolean,
    emailVerified: boolean,
  ],
  User
>(
  'accounts.insert_user',
  `insert into users
     (id, email, email_key, name, password_hash, role, vip, password_change_required, email_verified_at)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::boolean, $8::boolean,
           case when $9::boolean then clock_timestamp() end)
   returning id, email, name, role, vip, false as disabled, created_at as "createdAt",
             password_change_required as "passwordChangeRequired",
             email_verified_at is not null as "emailVerified"`,
);

/** A user with the stored password hash. */
export interface CredentialRow extends User {
  passwordHash: string;
}

export const findCredential = statement<[emailKey: string], CredentialRow>(
  'accounts.find_credential',
  `select id, email, name, role, vip, disabled_at is not null as disabled, created_at as "createdAt",
          password_change_required as "passwordChangeRequired",
          email_verified_at is not null as "emailVerified", password_hash as "passwordHash"
     from users
    where email_key = $1::text
      and not guest`,
);

/** Returns an account with this address, or one that began with it and has another one now. */
export const findAccountByAnyAddress = statement<[emailKey: string], { id: string }>(
  'accounts.find_account_by_any_address',
  `select id
     from users
    where not guest
      and (email_key = $1::text or original_email_key = $1::text)
    limit 1`,
);

export const findCredentialById = statement<[id: string], CredentialRow>(
  'accounts.find_credential_by_id',
  `select id, email, name, role, vip, disabled_at is not null as disabled, created_at as "createdAt",
          password_change_required as "passwordChangeRequired",
          email_verified_at is not null as "emailVerified", password_hash as "passwordHash"
     from users
    where id = $1::uuid
      and not guest`,
);

export const findUser = statement<[id: string], User>(
  'accounts.find_user',
  `select id, email, name, role, vip, disabled_at is not null as disabled, created_at as "createdAt",
          password_change_required as "passwordChangeRequired",
          email_verified_at is not null as "emailVerified"
     from users
    where id = $1::uuid
      and not guest`,
);

/** The open request of a user to be erased. */
export const findEraseRequest = statement<[id: string], { requestedAt: Date; dueAt: Date }>(
  'accounts.find_erase_request',
  `select requested_at as "requestedAt", due_at as "dueAt"
     from erasures
    where user_id = $1::uuid
      and erased_at is null`,
);

export const updateName = statement<[id: string, name: string], User & { formerName: string }>(
  'accounts.update_name',
  `with former as (
     select id, name
       from users
      where id = $1::uuid
        and not guest
        and disabled_at is null
        for no key update)
   update users
      set name = $2::text,
          updated_at = now()
     from former
    where users.id = former.id
   returning users.id, email, users.name, role, vip, false as disabled, created_at as "createdAt",
             password_change_required as "passwordChangeRequired",
             email_verified_at is not null as "emailVerified", former.name as "formerName"`,
);

/**
 * Locks a user against changes of their password and their factors, unless they were disabled or the password changed
 * since the hash was read. As strong as the lock of `openFamily`, which follows: two sign-ins at once that both raised a
 * weaker one would wait for each other.
 */
export const lockCredential = statement<[id: string, passwordHash: string], { id: string }>(
  'accounts.lock_credential',
  `select id
     from users
    where id = $1::uuid
      and not guest
      and password_hash = $2::text
      and disabled_at is null
      for no key update`,
);

/**
 * Sets a password that its owner chose, unless the user was disabled, got another role than the one for which it was
 * judged, or the old one changed since `oldHash` was read; null does not check it. Access changes with it where a new one
 * was required.
 */
export const setPasswordHash = statement<
  [id: string, oldHash: string | null, newHash: string, judgedRole: Role],
  { id: string; role: Role; vip: boolean; accessChangedAt: Date }
>(
  'accounts.set_password_hash',
  `update users
      set password_hash = $3::text,
          password_change_required = false,
          access_changed_at = case
            when password_change_required then clock_timestamp()
            else access_changed_at
          end,
          updated_at = now()
    where id = $1::uuid
      and not guest
      and disabled_at is null
      and role = $4::text
      and ($2::text is null or password_hash = $2::text)
   returning id, role, vip, access_changed_at as "accessChangedAt"`,
);

/** Marks the address of a user as proven. Returns no row if it was before. */
export const markAddressProven = statement<[userId: string], { id: string }>(
  'accounts.mark_address_proven',
  `update users
      set email_verified_at = clock_timestamp(),
          updated_at = now()
    where id = $1::uuid
      and not guest
      and email_verified_at is null
   returning id`,
);

/** Replaces the hash of a password by another of the same one. Returns no row if the password changed meanwhile. */
export const renewPasswordHash = statement<
  [id: string, oldHash: string, newHash: string],
  { id: string }
>(
  'accounts.renew_password_hash',
  `update users
      set password_hash = $3::text
    where id = $1::uuid
      and password_hash = $2::text
   returning id`,
);

/** A user as admins find them in the list. */
export interface ListedUserRow extends User {
  /** Whether a confirmed one is set up. */
  secondFactor: boolean;
}

/**
 * `address` is the key of the e-mail address that `search` may be. `limit` is one more than the page size. Both cursor
 * values are null for the first page.
 */
export const listUserRows = statement<
  [
    search: string | null,
    address: string | null,
    role: Role | null,
    beforeAt: string | null,
    beforeId: string | null,
    limit: number,
  ],
  ListedUserRow
>(
  'accounts.list_users',
  `select id, email, name, role, vip, disabled_at is not null as disabled, created_at as "createdAt",
          password_change_required as "passwordChangeRequired",
          email_verified_at is not null as "emailVerified",
          exists (select from factors
                   where user_id = users.id
                     and confirmed_at is not null) as "secondFactor"
     from users
    where not guest
      and ($1::text is null
           or folded_email like (select search_pattern($2::text))
           or strpos(lower(email), lower($1::text)) > 0
           or folded_name like (select search_pattern($1::text)))
      and ($3::text is null or role = $3::text)
      and ($4::timestamptz is null or (created_at, id) < ($4::timestamptz, $5::uuid))
    order by created_at desc, id desc
    limit $6::int`,
);

/**
 * Locks a user and every active admin, in id order: a transaction that removes an admin counts the others while no
 * other transaction can remove one. Users who stopped being admins while this waited are among the rows, in their
 * current state.
 */
export const lockUserAndAdmins = statement<[id: string], User>(
  'accounts.lock_user_and_admins',
  `select id, email, name, role, vip, disabled_at is not null as disabled, created_at as "createdAt",
          password_change_required as "passwordChangeRequired",
          email_verified_at is not null as "emailVerified"
     from users
    where id = any(array(
            select $1::uuid
             union
            select id
              from users
             where role = 'admin'
               and disabled_at is null))
      and not guest
    order by id
      for no key update`,
);

/** Null leaves a value unchanged. */
export const updateAccess = statement<
  [id: string, role: Role | null, vip: boolean | null, disabled: boolean | null],
  User & { accessChangedAt: Date }
>(
  'accounts.update_access',
  `update users
      set role = coalesce($2::text, role),
          vip = coalesce($3::boolean, vip),
          disabled_at = case
            when $4::boolean then coalesce(disabled_at, now())
            when not $4::boolean then null
            else disabled_at
          end,
          -- A customer's password was chosen under a weaker rule than that of staff.
          password_change_required = password_change_required
            or (role = 'customer' and coalesce($2::text, role) <> 'customer'),
          access_changed_at = clock_timestamp(),
          updated_at = now()
    where id = $1::uuid
   returning id, email, name, role, vip, disabled_at is not null as disabled,
             created_at as "createdAt", password_change_required as "passwordChangeRequired",
             email_verified_at is not null as "emailVerified",
             access_changed_at as "accessChangedAt"`,
);

/**
 * Returns accounts by key; creates missing ones as disabled customers. `rows`: JSON array of `{id, email, email_key}`,
 * each key once.
 */
export const ensureUsers = statement<
  [rows: string, passwordHash: string],
  Omit<User, 'createdAt' | 'passwordChangeRequired' | 'emailVerified'> & { emailKey: string }
>(
  'accounts.ensure_users',
  `insert into users (id, email, email_key, password_hash, disabled_at)
   select id, email, email_key, $2::text, now()
     from jsonb_to_recordset($1::jsonb) as wanted (id uuid, email text, email_key text)
    order by email_key
   on conflict (email_key) where not guest do update set email_key = excluded.email_key
   returning id, email, name, role, vip, disabled_at is not null as disabled, email_key as "emailKey"`,
);

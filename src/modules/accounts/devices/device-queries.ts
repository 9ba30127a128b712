import { statement } from '../../../database/statement.ts';

export type DeviceKind = 'cookie' | 'network';

/* Hashes are passed in hexadecimal, because an array of parameters cannot have bytes. */

/** Returns what makes a device known to an account: its token if both do. */
export const findKnownDevice = statement<
  [emailKey: string, tokenHash: string | null, networkHash: string],
  { kind: DeviceKind }
>(
  'accounts.find_known_device',
  `select kind
     from known_devices
     join users on users.id = known_devices.user_id
    where users.email_key = $1::text
      and not users.guest
      and (   (kind = 'cookie' and identity_hash = decode($2::text, 'hex') and last_used_at > now() - interval '365 days')
           or (kind = 'network' and identity_hash = decode($3::text, 'hex') and last_used_at > now() - interval '90 days'))
    order by kind
    limit 1`,
);

/** Returns which identities are new, and whether the user had any before. */
export const rememberIdentities = statement<
  [userId: string, kinds: readonly DeviceKind[], hashes: readonly string[]],
  { isNew: boolean; hadAny: boolean }
>(
  'accounts.remember_identities',
  `insert into known_devices (user_id, kind, identity_hash)
   select $1::uuid, kind, decode(hash, 'hex')
     from unnest($2::text[], $3::text[]) as shown (kind, hash)
    order by hash
   on conflict (user_id, identity_hash) do update
     set last_used_at = now(),
         returned = true
   returning not returned as "isNew",
             exists (
               select from known_devices as former
                where former.user_id = $1::uuid) as "hadAny"`,
);

/**
 * Keeps the 20 latest devices of a user of each sort. Those that never came back are a sort of their own, so that
 * programs that keep no cookies do not displace a browser.
 */
export const trimDevices = statement<[userId: string], { kind: DeviceKind }>(
  'accounts.trim_devices',
  `delete from known_devices
    where user_id = $1::uuid
      and identity_hash in (
        select identity_hash
          from (select identity_hash,
                       row_number() over (
                         partition by kind, returned
                             order by last_used_at desc, identity_hash) as place
                  from known_devices
                 where user_id = $1::uuid) as placed
         where place > 20)
   returning kind`,
);

/**
 * Forgets every device of a user but this one. If none is left, a mark stays, which no device has: so the next sign-in does
 * not count as the first of a new account.
 */
export const forgetDevices = statement<
  [userId: string, keptHashes: readonly string[], markHash: string],
  never
>(
  'accounts.forget_devices',
  `with forgotten as (
     delete from known_devices
      where user_id = $1::uuid
        and encode(identity_hash, 'hex') <> all($2::text[] || $3::text)
     returning user_id)
   insert into known_devices (user_id, kind, identity_hash)
   select distinct user_id, 'cookie', decode($3::text, 'hex')
     from forgotten
    where not exists (
      select from known_devices
       where user_id = $1::uuid
         and encode(identity_hash, 'hex') = any($2::text[]))
   on conflict (user_id, identity_hash) do update
     set last_used_at = now()`,
);

/** Deletes devices that have not been used for so long that they no longer count. */
export const purgeDevices = statement<[limit: number], { kind: DeviceKind }>(
  'accounts.purge_devices',
  `delete from known_devices
    where (user_id, identity_hash) in (
      select user_id, identity_hash
        from known_devices
       where last_used_at < now() - interval '90 days'
         and (kind = 'network' or last_used_at < now() - interval '365 days')
       limit $1::int)
   returning kind`,
);

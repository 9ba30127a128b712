import { unnestColumns } from '../../database/column-arrays.ts';
import { statement } from '../../database/statement.ts';

export const newGuestColumns = {
  id: 'uuid',
  email: 'text',
  email_key: 'text',
  name: 'text',
  phone: 'text',
} as const;

/** Their access never changes, and the time of its last change is before all that servers read. */
export const insertGuestRows = statement<readonly string[], never>(
  'accounts.insert_guests',
  `insert into users (id, email, email_key, name, phone, guest, access_changed_at)
   select id, email, email_key, coalesce(name, ''), phone, true, '-infinity'
     from ${unnestColumns('new_guest', newGuestColumns)}`,
);

/**
 * Locks e-mail addresses and networks until the end of the transaction, in the order of their locks, so that two
 * transactions never wait for each other. The subquery is sorted before the first lock is taken.
 */
export const lockGuestKeys = statement<
  [emailKeys: readonly string[], networks: readonly string[]],
  never
>(
  'accounts.lock_guests',
  `select pg_advisory_xact_lock(key)
     from (select distinct key
             from (select hashtextextended('holdfast.guest_email:' || email_key, 0) as key
                     from unnest($1::text[]) as email_key
                    union all
                   select hashtextextended('holdfast.guest_network:' || network, 0)
                     from unnest($2::text[]) as network) as keys
            order by key) as sorted`,
);

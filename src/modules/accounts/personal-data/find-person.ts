import { statement } from '../../../database/statement.ts';

/** A row of `users` that belongs to a person. */
export interface PersonRow {
  id: string;
  guest: boolean;
  /** Null: unknown, or not proven to be theirs. */
  emailKey: string | null;
}

/**
 * Returns an account with the guests of its address, if that is proven, or a single guest; itself first. Returns nothing for
 * an unknown id.
 */
export const findPersonRows = statement<[id: string], PersonRow>(
  'accounts.find_person',
  `with asked as (
     select id, guest, case when email_verified_at is not null then email_key end as email_key
       from users
      where id = $1::uuid)
   select id, guest, email_key as "emailKey"
     from asked
    union all
   select id, guest, "emailKey"
     from (
       select users.id, users.guest, users.email_key as "emailKey"
         from asked
         join users on users.email_key = asked.email_key and users.guest
        order by users.id) as guests`,
);

import { statement } from '../../database/statement.ts';
import type { FactorType } from '../../shared/caller.ts';
import type { NoticeKind } from './account-mail.ts';

/** Locks the notices of a kind to a user until the end of the transaction, so that they can be counted. */
export const lockNotices = statement<[userId: string, kind: NoticeKind], never>(
  'accounts.lock_notices',
  `select pg_advisory_xact_lock(hashtextextended('holdfast.notice:' || $1::text || ':' || $2::text, 0))`,
);

/** Returns no row if the user was told the same as often as allowed in the last 24 hours. */
export const insertNotice = statement<
  [
    id: string,
    userId: string,
    kind: NoticeKind,
    address: string | null,
    browser: string | null,
    factor: FactorType | null,
    recipient: string | null,
    undoId: string | null,
    dailyMax: number,
  ],
  { id: string }
>(
  'accounts.insert_notice',
  `insert into account_notices (id, user_id, kind, address, browser, factor, recipient, undo_id)
   select $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::text, $8::uuid
    where (select count(*)
             from account_notices
            where user_id = $2::uuid
              and kind = $3::text
              and created_at > clock_timestamp() - interval '24 hours') < $9::int
   returning id`,
);

export interface NoticeRow {
  userId: string;
  createdAt: Date;
  address: string | null;
  browser: string | null;
  factor: FactorType | null;
  recipient: string;
  isStaff: boolean;
  undoId: string | null;
  /** Null unless the link still works. */
  undoTokenHash: Buffer | null;
}

/** Returns a notice with the address that it goes to. */
export const findNotice = statement<[id: string], NoticeRow>(
  'accounts.find_notice',
  `select notice.user_id as "userId", notice.created_at as "createdAt", notice.address, notice.browser, notice.factor,
          coalesce(notice.recipient, users.email) as recipient,
          users.role <> 'customer' as "isStaff", notice.undo_id as "undoId",
          link.token_hash as "undoTokenHash"
     from account_notices as notice
     join users on users.id = notice.user_id
     left join email_links as link
       on link.id = notice.undo_id
      and used_at is null
      and expires_at > clock_timestamp()
    where notice.id = $1::uuid`,
);

/** Deletes notices older than a week: their mails were sent, or have failed for days. */
export const purgeNotices = statement<[limit: number], { id: string }>(
  'accounts.purge_notices',
  `delete from account_notices
    where id in (
      select id
        from account_notices
       where created_at < now() - interval '7 days'
       limit $1::int)
   returning id`,
);

import { statement } from '../../../database/statement.ts';
import type { LinkPurpose } from '../tokens/link-tokens.ts';

/** The purposes of the links about addresses. */
export type EmailLinkPurpose = Exclude<LinkPurpose, 'reset'>;

export interface OpenLinkRow {
  purpose: EmailLinkPurpose;
  email: string;
  tokenHash: Buffer;
}

/** Returns a link that still works, of a user who may sign in. */
export const findOpenLink = statement<[id: string], OpenLinkRow>(
  'accounts.find_open_link',
  `select purpose, link.email, token_hash as "tokenHash"
     from email_links as link
     join users on users.id = link.user_id
    where link.id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()
      and disabled_at is null`,
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

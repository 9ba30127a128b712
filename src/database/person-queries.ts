import { statement } from './statement.ts';

export interface KeptReplyRow {
  scopeHash: Buffer;
  operation: string;
  /** Null: it was erased. */
  result: string | null;
  createdAt: Date;
  expiresAt: Date;
}

/** Returns the replies that are kept for callers, such as users and the orders whose tokens they have, after a key. */
export const findKeptReplies = statement<
  [callerIds: readonly string[], after: Buffer, limit: number],
  KeptReplyRow
>(
  'idempotency.find_kept_replies',
  `select scope_hash as "scopeHash", operation, result, created_at as "createdAt", expires_at as "expiresAt"
     from idempotency_keys
    where scope_hash > $2::bytea
      and caller_id = any($1::uuid[])
    order by scope_hash
    limit $3::int`,
);

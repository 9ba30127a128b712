import { statement } from '../../../database/statement.ts';
import type { RefundMode } from './schemas.ts';

export type SessionStatus = 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';

export interface SessionRow {
  reference: string;
  paymentId: string;
  orderNumber: string;
  amountMinor: number;
  currency: string;
  returnUrl: string;
  /** EXPIRED also for an open session whose deadline has passed. */
  status: SessionStatus;
}

const sessionColumns = `reference, payment_id as "paymentId", order_number as "orderNumber",
          amount_minor as "amountMinor", currency, return_url as "returnUrl",
          case when status = 'OPEN' and expires_at <= now() then 'EXPIRED' else status end as status`;

export interface KeyedSessionRow extends SessionRow {
  requestKey: string;
}

/**
 * `rows` is a JSON array with the columns as members. Rows whose key was used before are not returned.
 *
 * The commit does not wait for the disk: the merchant, in the same database, stores the references in a commit that
 * does, before it sends anyone to a page. A session that a crash loses is opened again by a repeat of its call.
 */
export const insertSessions = statement<[rows: string], KeyedSessionRow>(
  'sandbox.insert_sessions',
  `insert into sandbox.sessions
     (reference, request_key, payment_id, order_number, amount_minor, currency, return_url, expires_at)
   select reference, request_key, payment_id, order_number, amount_minor, currency, return_url, expires_at
     from jsonb_to_recordset($1::jsonb) as new_session
       (reference text, request_key text, payment_id text, order_number text, amount_minor bigint, currency text,
        return_url text, expires_at timestamptz)
    where (select set_config('synchronous_commit', 'off', true)) is not null
   on conflict (request_key) do nothing
   returning ${sessionColumns}, request_key as "requestKey"`,
);

export const findSessionsByKeys = statement<[keys: readonly string[]], KeyedSessionRow>(
  'sandbox.find_sessions_by_keys',
  `select ${sessionColumns}, request_key as "requestKey"
     from sandbox.sessions
    where request_key = any($1::text[])`,
);

/** Finds a session by its reference, by that of a charge on it, or by the merchant's id of its payment. */
export const findSession = statement<[reference: string], SessionRow>(
  'sandbox.find_session',
  `select ${sessionColumns}
     from sandbox.sessions
    where reference = $1::text
       or payment_id = $1::text
       or reference = (select session_reference from sandbox.charges where reference = $1::text)
    order by created_at desc
    limit 1`,
);

/** Locks sessions by their own references. */
export const lockSessions = statement<[references: readonly string[]], SessionRow>(
  'sandbox.lock_sessions',
  `select ${sessionColumns}
     from sandbox.sessions
    where reference = any($1::text[])
    order by reference
      for update`,
);

/** Locks sessions by any of the names that `findSession` accepts. The names must be distinct. */
export const lockNamedSessions = statement<
  [names: readonly string[]],
  SessionRow & { askedFor: string }
>(
  'sandbox.lock_named_sessions',
  `select asked.name as "askedFor", session.*
     from unnest($1::text[]) as asked (name)
    cross join lateral (
      select ${sessionColumns}
        from sandbox.sessions
       where reference = asked.name
          or payment_id = asked.name
          or reference = (select session_reference from sandbox.charges where reference = asked.name)
       order by created_at desc
       limit 1
         for update) as session`,
);

export const setSessionStatus = statement<[reference: string, status: SessionStatus], never>(
  'sandbox.set_session_status',
  `update sandbox.sessions
      set status = $2::text
    where reference = $1::text`,
);

/**
 * The references are repeated in the condition: with the join alone, a plan made for few sessions reads all of them.
 */
export const setRefundModes = statement<
  [references: readonly string[], modes: readonly RefundMode[]],
  never
>(
  'sandbox.set_refund_modes',
  `update sandbox.sessions
      set refund_mode = wanted.mode
     from unnest($1::text[], $2::text[]) as wanted (reference, mode)
    where sessions.reference = any($1::text[])
      and sessions.reference = wanted.reference`,
);

/** Closes the session if it is open. Returns a row if the session exists. */
export const closeSession = statement<[reference: string], { reference: string }>(
  'sandbox.close_session',
  `update sandbox.sessions
      set status = case status when 'OPEN' then 'EXPIRED' else status end
    where reference = $1::text
   returning reference`,
);

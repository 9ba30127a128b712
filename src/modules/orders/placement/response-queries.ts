import { statement } from '../../../database/statement.ts';

/**
 * Finds the stored responses of orders that were placed with a client token, which are kept as long as the orders. The hash
 * is that of `buildKeys`.
 */
export const findPermanentResponseIds = statement<[orderIds: readonly string[]], { id: number }>(
  'orders.find_permanent_responses',
  `select keys.responses_id as id
     from orders
     join users on users.id = orders.customer_id
    cross join lateral find_token_owner(
            users.guest, orders.customer_id, orders.guest_email_key, orders.guest_network) as owner
     join order_keys as keys
       on keys.scope_hash = encode(substring(sha256(convert_to(
            format('12:client-token%s:%s%s:%s', length(owner), owner, length(client_token), client_token),
            'UTF8')) from 1 for 16), 'hex')::uuid
    where orders.id = any($1::uuid[])
      and client_token is not null`,
);

/** Finds the other stored responses of orders, of at most the last 24 hours. */
export const findKeptResponses = statement<[orderIds: readonly string[]], { id: number }>(
  'orders.find_kept_responses',
  `select id
     from order_responses
    where expires_at < 'infinity'
      and order_ids && $1::uuid[]`,
);

export interface ResponsesRow {
  id: number;
  /** The orders of the responses, in their order. */
  orderIds: string[];
  responses: Buffer;
  dictionary: number;
}

export const findResponses = statement<[ids: readonly number[]], ResponsesRow>(
  'orders.find_responses',
  `select id, order_ids as "orderIds", responses, dictionary
     from order_responses
    where id = any($1::bigint[])`,
);

export const lockResponses = statement<[ids: readonly number[]], ResponsesRow>(
  'orders.lock_responses',
  `select id, order_ids as "orderIds", responses, dictionary
     from order_responses
    where id = any($1::bigint[])
    order by id
      for no key update`,
);

export const replaceResponses = statement<
  [id: number, responses: Buffer, dictionary: number],
  never
>(
  'orders.replace_responses',
  `update order_responses
      set responses = $2::bytea,
          dictionary = $3::smallint
    where id = $1::bigint`,
);

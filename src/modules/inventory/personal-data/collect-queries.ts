import { statement } from '../../../database/statement.ts';

export interface CorrectionRow {
  id: string;
  productId: string;
  kind: string;
  delta: number;
  reason: string;
  at: Date;
}

/** Returns the movements of stock that a user entered, after one of them. What orders move has no author. */
export const collectMovements = statement<
  [userId: string, afterAt: Date | null, afterId: string | null, limit: number],
  CorrectionRow
>(
  'inventory.collect_movements',
  `select id, product_id as "productId", kind, delta, reason, at
     from stock_movements
    where actor_id = $1::uuid
      and order_id is null
      and ($2::timestamptz is null or (at, id) > ($2::timestamptz, $3::uuid))
    order by at, id
    limit $4::int`,
);

import { statement } from '../../../database/statement.ts';

/** Removes the reasons that people gave for their corrections. */
export const forgetReasons = statement<[actorIds: readonly string[]], never>(
  'inventory.forget_reasons',
  `update stock_movements
      set reason = ''
    where actor_id = any($1::uuid[])
      and order_id is null
      and reason <> ''
      and not is_fixed_reason(reason)`,
);

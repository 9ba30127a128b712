import type { Database } from '../../src/database/database.ts';

/** An event `prices.changed` as it is stored. */
export interface LoggedPriceChange {
  readonly orderId: string | null;
  readonly actorType: string;
  readonly actorId: string | null;
  readonly actorRole: string | null;
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
  readonly job: string | null;
  readonly data: {
    readonly kind: string;
    readonly id: string;
    readonly name: string;
    readonly change: string;
    readonly version: number;
    readonly changes: Readonly<Record<string, { readonly from: unknown; readonly to: unknown }>>;
  };
}

/** Returns the logged changes of prices, oldest first. */
export function findPriceChanges(database: Database): Promise<LoggedPriceChange[]> {
  return database.run<LoggedPriceChange>(
    'test.price_changes',
    `select order_id as "orderId", actor_type as "actorType", actor_id as "actorId",
            actor_role as "actorRole", replace(request_id::text, '-', '') as "requestId",
            idempotency_key as "idempotencyKey", cause ->> 'job' as job, data
       from events
      where type = 'prices.changed'
      order by position`,
    [],
  );
}

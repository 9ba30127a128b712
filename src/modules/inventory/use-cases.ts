import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { AdjustStockInput, ListMovementsInput, MovementView } from './schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Inventory {
  adjustStock(
    context: RequestContext,
    productId: string,
    input: AdjustStockInput,
  ): Promise<Once<MovementView>>;
  listMovements(
    caller: Caller,
    productId: string,
    input: ListMovementsInput,
  ): Promise<Page<MovementView>>;
}

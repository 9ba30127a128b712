import type { Database } from '../../database/database.ts';
import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Cursors, Page } from '../../shared/pagination.ts';
import { adjustStock } from './adjust-stock.ts';
import { listMovements } from './list-movements.ts';
import type { AdjustStockInput, ListMovementsInput, MovementView } from './schemas.ts';

export interface InventoryDeps {
  readonly database: Database;
  readonly cursors: Cursors;
}

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

export function createInventory({ database, cursors }: InventoryDeps): Inventory {
  return {
    adjustStock: (context, productId, input) => adjustStock(database, context, productId, input),
    listMovements: (caller, productId, input) =>
      listMovements(database, cursors, caller, productId, input),
  };
}

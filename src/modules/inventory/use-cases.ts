import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import type { AdjustStockInput, ListMovementsInput, MovementView } from './schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Inventory {
  readonly personalData: PersonalDataPart;
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

import type { Transaction } from '../../database/database.ts';
import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Author } from '../../shared/caller.ts';
import type { ListSlotsInput, SlotListView } from './schemas.ts';
import type { ShopChange, ShopView } from './settings/schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Scheduling {
  getShop(): Promise<ShopView>;
  /**
   * `accepted` lists the versions that `If-Match` accepts, null for any. Throws `auth.forbidden`,
   * `request.precondition_failed`, `shop.version_conflict` and `request.invalid`.
   */
  updateShop(
    context: RequestContext,
    change: ShopChange,
    accepted: readonly number[] | null,
  ): Promise<Once<ShopView>>;
  /** Changes the shop in the caller's transaction, for demo data. */
  editShop(tx: Transaction, change: ShopChange, author: Author): Promise<void>;
  listSlots(input: ListSlotsInput): Promise<SlotListView>;
}

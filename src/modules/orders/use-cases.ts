import type { Once } from '../../database/idempotency.ts';
import type { CachedReply, RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { CancelOrder } from './changes/cancel-order.ts';
import type { ChangeStatus } from './changes/change-status.ts';
import type { Placing } from './placement/place-order.ts';
import type { OrderReader } from './reading/order-reader.ts';
import type { HistoryView, ListOrdersInput, OrderView, QuoteInput, QuoteView } from './schemas.ts';

/** The use cases of the room, bound to what they need. */
export interface Orders extends Placing, OrderReader {
  /** What an order would cost now; `caller` null: for somebody new. Throws `request.invalid`. */
  quoteOrder(caller: Caller | null, input: QuoteInput): Promise<QuoteView>;
  listOrders(caller: Caller, input: ListOrdersInput): Promise<Page<CachedReply<OrderView>>>;
  getOrderHistory(caller: Caller, orderId: string): Promise<HistoryView>;
  changeStatus(context: RequestContext, change: ChangeStatus): Promise<Once<OrderView>>;
  cancelOrder(context: RequestContext, cancel: CancelOrder): Promise<Once<OrderView>>;
}

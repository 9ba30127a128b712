import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import type { CancelOrder } from './changes/cancel-order.ts';
import type { ChangeFulfilment } from './changes/change-fulfilment.ts';
import type { ChangeStatus } from './changes/change-status.ts';
import type { OrderPlacement } from './placement/place-order.ts';
import type { Quoting } from './placement/quote-order.ts';
import type { ShownOrder } from './reading/cached-order.ts';
import type { OrderReader } from './reading/order-reader.ts';
import type { HistoryView, ListOrdersInput, OrderView } from './schemas.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Orders extends OrderPlacement, Quoting, OrderReader {
  readonly personalData: PersonalDataPart;
  listOrders(caller: Caller, input: ListOrdersInput): Promise<Page<ShownOrder>>;
  getOrderHistory(caller: Caller, orderId: string): Promise<HistoryView>;
  changeFulfilment(context: RequestContext, change: ChangeFulfilment): Promise<Once<OrderView>>;
  changeStatus(context: RequestContext, change: ChangeStatus): Promise<Once<OrderView>>;
  cancelOrder(context: RequestContext, cancel: CancelOrder): Promise<Once<OrderView>>;
}

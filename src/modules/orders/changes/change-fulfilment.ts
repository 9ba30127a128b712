import { isDeepStrictEqual } from 'node:util';
import type { Database, Transaction } from '../../../database/database.ts';
import { type Once, once } from '../../../database/idempotency.ts';
import { type RequestContext, requireMatch } from '../../../http/index.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { invalidInputs } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { fulfilmentErrors } from '../../scheduling/index.ts';
import { defaultFulfilment, type Fulfilment } from '../fulfilment/fulfilment.ts';
import {
  type ChangeFulfilmentInput,
  findChangeErrors,
  replaceDetails,
} from '../fulfilment/fulfilment-input.ts';
import { findPromisedFor } from '../fulfilment/present-fulfilment.ts';
import {
  type PriceList,
  type PriceLists,
  readLockedList,
  requireCurrent,
  withPriceList,
} from '../placement/price-list.ts';
import { readPlacementTime } from '../placement/queries.ts';
import { findOrderViews, requireVisible, toOrderActor } from '../reading/find-order.ts';
import { lockOrder, type OrderRow } from '../reading/queries.ts';
import type { OrderView } from '../schemas.ts';
import { writeOrder } from '../writing/write-orders.ts';
import { requireSameDelivery } from './require-same-delivery.ts';
import { requireVersion } from './require-version.ts';
import { reschedule } from './reschedule.ts';

export interface ChangeFulfilment {
  readonly orderId: string;
  readonly input: ChangeFulfilmentInput;
  /** Versions that `If-Match` accepts; null: any. */
  readonly ifMatch: readonly number[] | null;
}

/**
 * Changes when, where or for whom an order is, but not its type. What is left out stays as it is. Its place in a slot
 * moves with its time. Throws the errors of `requireVisible`, `request.precondition_failed`, `orders.version_conflict`,
 * `request.invalid`, `fulfilment.not_changeable`, and the refusals of a placement for this time and address.
 */
export function changeFulfilment(
  database: Database,
  priceLists: PriceLists,
  context: RequestContext,
  change: ChangeFulfilment,
): Promise<Once<OrderView>> {
  return withPriceList(database, priceLists, (list) =>
    once(database, context.claim, (tx) => changeIn(tx, list, context, change)),
  );
}

async function changeIn(
  tx: Transaction,
  remembered: PriceList | null,
  { caller, cause }: RequestContext,
  { orderId, input, ifMatch }: ChangeFulfilment,
): Promise<OrderView> {
  const [[row], [time]] = await Promise.all([lockOrder(tx, orderId), readPlacementTime(tx)]);
  const order = requireVisible(row, caller);
  requireMatch(ifMatch, order.version);
  requireVersion(input.version, order.version);
  const list = remembered ?? (await readLockedList(tx));
  if (remembered !== null) requireCurrent(list, time!.priceVersion);
  const now = time!.createdAt;
  if (!mayChange(caller, order, list.shop.leadMinutes, now)) {
    throw new CodedError(fulfilmentErrors.notChangeable);
  }
  const before = order.fulfilment ?? defaultFulfilment;
  const errors = findChangeErrors(before, input);
  if (errors.length > 0) throw invalidInputs(errors);

  const fulfilment = replaceDetails(before, input);
  const changed = listChanged(before, fulfilment);
  if (changed.includes('address')) await requireSameDelivery(tx, order, fulfilment, list);
  const moved = changed.includes('requestedFor')
    ? await reschedule(tx, { order, fulfilment, shop: list.shop, now, byStaff: isStaff(caller) })
    : null;
  let stored: Partial<OrderRow> = {};
  if (changed.length > 0) {
    const by = { actor: toOrderActor(caller, order), cause };
    const written = await writeOrder(tx, {
      kind: 'fulfil',
      order,
      fulfilment,
      changed,
      moved,
      ...by,
    });
    stored = { ...written, fulfilment, promisedFor: moved?.to ?? order.promisedFor };
  }
  const [view] = await findOrderViews(tx, caller, [{ ...order, ...stored }]);
  return view!;
}

/** Owners may while it is unpaid, and until the shop needs its lead time; staff until it is ready. */
function mayChange(caller: Caller, order: OrderRow, leadMinutes: number, now: Date): boolean {
  const { status } = order;
  if (isStaff(caller)) return ['QUEUED', 'PENDING', 'CONFIRMED', 'PREPARING'].includes(status);
  if (status === 'PENDING') return true;
  const promisedFor = findPromisedFor(order);
  if (status !== 'CONFIRMED' || promisedFor === null) return false;
  return promisedFor.getTime() - now.getTime() > leadMinutes * 60_000;
}

const members = ['requestedFor', 'contact', 'address', 'instructions'] as const;

/** Returns the names of the members that differ. */
function listChanged(before: Fulfilment, after: Fulfilment): string[] {
  return members.filter(
    (member) => !isDeepStrictEqual(before[member] ?? null, after[member] ?? null),
  );
}

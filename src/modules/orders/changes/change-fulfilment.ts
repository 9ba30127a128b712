import { isDeepStrictEqual } from 'node:util';
import type { Database, Transaction } from '../../../database/database.ts';
import { type Once, once } from '../../../database/idempotency.ts';
import { type RequestContext, requireMatch } from '../../../http/index.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { invalidInputs } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { findDeliveryMinor, isOutOfArea } from '../../pricing/index.ts';
import { createSlotBook, fulfilmentErrors, toKnownSlots } from '../../scheduling/index.ts';
import { defaultFulfilment, type Fulfilment } from '../fulfilment/fulfilment.ts';
import {
  type ChangeFulfilmentInput,
  findFulfilmentErrors,
  toFulfilment,
} from '../fulfilment/fulfilment-input.ts';
import { findPromisedFor } from '../fulfilment/present-fulfilment.ts';
import { decideFulfilment } from '../placement/decide-fulfilment.ts';
import { toFulfilmentRefusal } from '../placement/fulfilment-refusals.ts';
import { type PriceList, readLockedList } from '../placement/price-list.ts';
import { readPlacementTime } from '../placement/queries.ts';
import { readSlots } from '../placement/read-slots.ts';
import { findOrderViews, requireVisible, toOrderActor } from '../reading/find-order.ts';
import { findBills, findLines, lockOrder, type OrderRow } from '../reading/queries.ts';
import type { OrderView } from '../schemas.ts';
import type { FulfilChange } from '../writing/order-change.ts';
import { writeOrder } from '../writing/write-orders.ts';
import { requireVersion } from './require-version.ts';

export interface ChangeFulfilment {
  readonly orderId: string;
  readonly input: ChangeFulfilmentInput;
  /** Versions that `If-Match` accepts; null: any. */
  readonly ifMatch: readonly number[] | null;
}

/**
 * Changes when, where or for whom an order is, but not its type. What is left out stays as it is. Its place in a slot
 * moves with its time. Throws `orders.not_found`, `request.precondition_failed`, `orders.version_conflict`,
 * `fulfilment.not_changeable`, and the refusals of a placement for this time and address.
 */
export function changeFulfilment(
  database: Database,
  context: RequestContext,
  { orderId, input, ifMatch }: ChangeFulfilment,
): Promise<Once<OrderView>> {
  const { caller, cause } = context;
  return once(database, context.claim, async (tx) => {
    const [row] = await lockOrder(tx, orderId);
    const order = requireVisible(row, caller);
    requireMatch(ifMatch, order.version);
    requireVersion(input.version, order.version);
    const list = await readLockedList(tx);
    const [time] = await readPlacementTime(tx);
    const now = time!.createdAt;
    if (!mayChange(caller, order, list.shop.leadMinutes, now)) {
      throw new CodedError(fulfilmentErrors.notChangeable);
    }
    const before = order.fulfilment ?? defaultFulfilment;
    const fulfilment = merge(before, input);
    const changed = listChanged(before, fulfilment);
    if (changed.includes('address')) await requireSameDelivery(tx, order, fulfilment, list);
    const rescheduled =
      input.requestedFor === undefined ? null : await reschedule(tx, order, fulfilment, list, now);
    if (changed.length === 0 && rescheduled === null) {
      const [view] = await findOrderViews(tx, caller, [order]);
      return view!;
    }
    const actor = toOrderActor(caller, order);
    const change = { order, fulfilment, changed, rescheduled, actor, cause };
    const stored = await writeOrder(tx, { kind: 'fulfil', ...change });
    const promisedFor = rescheduled?.to ?? order.promisedFor;
    const [view] = await findOrderViews(tx, caller, [
      { ...order, ...stored, fulfilment, promisedFor },
    ]);
    return view!;
  });
}

/**
 * Owners may while it is unpaid, and until the shop needs its lead time; staff until it is ready.
 */
function mayChange(caller: Caller, order: OrderRow, leadMinutes: number, now: Date): boolean {
  const { status } = order;
  if (isStaff(caller)) return ['QUEUED', 'PENDING', 'CONFIRMED', 'PREPARING'].includes(status);
  if (status === 'PENDING') return true;
  const promisedFor = findPromisedFor(order);
  if (status !== 'CONFIRMED' || promisedFor === null) return false;
  return promisedFor.getTime() - now.getTime() > leadMinutes * 60_000;
}

/** Returns the fulfilment after a change. Throws `request.invalid`. */
function merge(before: Fulfilment, input: ChangeFulfilmentInput): Fulfilment {
  const { version: _, ...stated } = input;
  const whole = { ...before, ...stated };
  const errors = findFulfilmentErrors(whole, '');
  if (errors.length > 0) throw invalidInputs(errors);
  return toFulfilment(whole);
}

/** Returns the names of the members that differ, besides the time. */
function listChanged(before: Fulfilment, after: Fulfilment): string[] {
  const members = ['contact', 'address', 'instructions'] as const;
  return members.filter(
    (member) => !isDeepStrictEqual(before[member] ?? null, after[member] ?? null),
  );
}

/** Throws `fulfilment.out_of_area` for an address to which delivery is not offered, or costs something else. */
async function requireSameDelivery(
  tx: Transaction,
  { id, fulfilment: before }: OrderRow,
  { type, address }: Fulfilment,
  { charges }: PriceList,
): Promise<void> {
  if (type !== 'DELIVERY' && type !== 'SHIPMENT') return;
  const [lines, [bill]] = await Promise.all([findLines(tx, [id]), findBills(tx, [id])]);
  const billedMinor = bill?.charges.find(({ kind }) => kind === 'DELIVERY')?.amountMinor ?? null;
  const price = (postalCode: string | null) =>
    findDeliveryMinor(charges, { fulfilmentType: type, postalCode }, lines);
  const postalCode = address?.postalCode ?? null;
  const costs = price(postalCode);
  const isSame = costs === billedMinor || costs === price(before?.address?.postalCode ?? null);
  if (isOutOfArea(charges, { fulfilmentType: type, postalCode }) || !isSame) {
    throw new CodedError(fulfilmentErrors.outOfArea);
  }
}

/** Returns the new time of an order, or null if it stays. Throws the refusal of a placement. */
async function reschedule(
  tx: Transaction,
  order: OrderRow,
  fulfilment: Fulfilment,
  list: PriceList,
  now: Date,
): Promise<FulfilChange['rescheduled']> {
  const before = order.fulfilment?.requestedFor ?? null;
  const wanted = fulfilment.requestedFor ?? null;
  const promised = findPromisedFor(order);
  if (promised === null || wanted === before) return null;
  const read = await readSlots(tx, list.shop, [{ fulfilment }], true);
  const known = read === null ? null : toKnownSlots(read.counts, read.wanted, now);
  const book = createSlotBook(list.shop, now, known);
  // The type and the area were decided when the order was placed.
  const { refusals, promisedFor, slotStart } = decideFulfilment(
    fulfilment,
    false,
    { list, now },
    book,
  );
  const refusal = refusals.find(
    ({ kind }) => kind !== 'type_not_offered' && kind !== 'out_of_area',
  );
  if (refusal !== undefined) throw toFulfilmentRefusal(refusal);
  return { from: promised, to: promisedFor!, slotStart };
}

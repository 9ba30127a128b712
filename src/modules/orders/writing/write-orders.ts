import { toColumnArrays } from '../../../database/column-arrays.ts';
import type { Transaction } from '../../../database/database.ts';
import { appendEvents, findReasonKeys, hasPersonalReason } from '../../../events/index.ts';
import { noKeys, type PersonalKeys } from '../../../personal/index.ts';
import type { BilledDiscount } from '../../pricing/index.ts';
import type { OrderLine } from '../order.ts';
import { listUnits } from '../order-units.ts';
import { findBills, findLines } from '../reading/queries.ts';
import type {
  CancelChange,
  FulfilChange,
  MoveChange,
  OrderChange,
  PayChange,
} from './order-change.ts';
import type { OrderPlan } from './order-plan.ts';
import { planChange } from './plan-change.ts';
import { writeSlots } from './slot-effects.ts';
import { type OrderStock, writeStock } from './stock-effects.ts';
import { writeUses } from './use-effects.ts';
import {
  allowOverride,
  type ChangedOrderRow,
  changeOrder,
  changeOrders,
  enterQueue,
  formerFulfilmentColumns,
  insertBills,
  insertFormerFulfilments,
  insertImportedOrders,
  insertLines,
  insertOrders,
  leaveQueue,
  newBillColumns,
  newLineColumns,
  newOrderColumns,
  removeBills,
  repriceLines,
  toChangeParameters,
} from './write-queries.ts';

export interface WriteOptions {
  /** Sends statements of the caller in the same round trip, after the orders and before the stock. Default: none. */
  readonly alongside?: () => readonly Promise<unknown>[];
  /** The keys that the reasons of the changes need. Default: they are found first, if there are any. */
  readonly keys?: PersonalKeys;
}

/**
 * Writes changes of orders, one per order, with everything that belongs to them: row, version, sequence, lines, place
 * in the queue, stock and events. Runs in the transaction that decided them and has locked the rows of existing orders.
 * Together with `writeOrder` it is the only writer of `orders`, `order_lines` and the events of orders. Returns the ids
 * of imported orders that were not written because their number was already used.
 *
 * Works set-wise in one round trip: one statement per table, whatever the number of changes, all sent before the first
 * is awaited. Three kinds need another trip first: imports, whose number may be used, changes to the stock of existing
 * orders, whose lines are read, and those with a reason that somebody wrote, unless its key is given. The stock comes last, so that a hot product's row is locked for little more
 * than the commit.
 */
export async function writeOrders(
  tx: Transaction,
  changes: readonly OrderChange[],
  options: WriteOptions = {},
): Promise<ReadonlySet<string>> {
  const planned = changes.map(planChange);
  const imported = planned.filter((plan) => plan.imported !== null);
  const refused = imported.length === 0 ? none : await writeImported(tx, imported);
  const plans = refused.size === 0 ? planned : planned.filter((plan) => !refused.has(plan.orderId));
  await writePlans(tx, plans, options);
  return refused;
}

/** Does the same for one existing order. Returns the columns that may have changed. */
export async function writeOrder(
  tx: Transaction,
  change: MoveChange | CancelChange | PayChange | FulfilChange,
): Promise<ChangedOrderRow> {
  return (await writePlans(tx, [planChange(change)], {}))!;
}

/** Writes the plans. If only one has a first step, returns the row that it changed. */
async function writePlans(
  tx: Transaction,
  plans: readonly OrderPlan[],
  { alongside = () => [], keys: givenKeys }: WriteOptions,
): Promise<ChangedOrderRow | undefined> {
  const events = plans.flatMap((plan) => plan.events);
  const unread = plans.filter(isUnread);
  const needsKeys = givenKeys === undefined && events.some(hasPersonalReason);
  // Without an await where nothing is read: the commit of a placement follows in the same tick.
  const [stored, keys] =
    unread.length === 0 && !needsKeys
      ? [nothing, givenKeys ?? noKeys]
      : await Promise.all([readStored(tx, unread), givenKeys ?? findReasonKeys(tx, events)]);
  const stock = collectStock(plans, stored.lines);

  const created = plans.flatMap(({ order }) => order ?? []);
  const lines = plans.flatMap((plan) => plan.lines);
  const repriced = plans.flatMap(({ repricedLines }) => repricedLines);
  const replaced = plans.flatMap(({ orderId, replacesBill }) => (replacesBill ? orderId : []));
  const bills = plans.flatMap(({ bill }) => bill ?? []);
  const former = plans.flatMap(({ formerFulfilment }) => formerFulfilment ?? []);
  const queued = plans.flatMap((plan) => plan.queued ?? []);
  const leaving = plans.flatMap(({ orderId, leavesQueue }) => (leavesQueue ? orderId : []));
  // They run in the order in which they are sent: lines are repriced before their orders leave QUEUED.
  const before = [
    created.length === 0 ? null : insertOrders(tx, ...toColumnArrays(newOrderColumns, created)),
    lines.length === 0 ? null : insertLines(tx, ...toColumnArrays(newLineColumns, lines)),
    repriced.length === 0 ? null : repriceLines(tx, ...toColumnArrays(newLineColumns, repriced)),
    replaced.length === 0 ? null : removeBills(tx, replaced),
    bills.length === 0 ? null : insertBills(tx, ...toColumnArrays(newBillColumns, bills)),
    allowOverrides(tx, plans),
  ];
  const [changed] = await Promise.all([
    takeStep(tx, plans, 0),
    takeStep(tx, plans, 1),
    ...before,
    former.length === 0
      ? null
      : insertFormerFulfilments(tx, ...toColumnArrays(formerFulfilmentColumns, former)),
    queued.length === 0 ? null : enterQueue(tx, JSON.stringify(queued)),
    leaving.length === 0 ? null : leaveQueue(tx, leaving),
    appendEvents(tx, events, keys),
    ...alongside(),
    ...writeUses(tx, plans, stored.discounts),
    ...writeSlots(tx, plans),
    ...writeStock(tx, stock),
  ]);
  return changed[0];
}

const none: ReadonlySet<string> = new Set();

/** Inserts imported orders. Returns the ids of those that were not written. */
async function writeImported(
  tx: Transaction,
  plans: readonly OrderPlan[],
): Promise<ReadonlySet<string>> {
  const inserted = await insertImportedOrders(
    tx,
    JSON.stringify(plans.map(({ imported }) => imported)),
  );
  const ids = new Set(inserted.map(({ id }) => id));
  return new Set(plans.map(({ orderId }) => orderId).filter((id) => !ids.has(id)));
}

/** Applies the step at this place of each plan. Returns the changed row if there is one such step. */
function takeStep(
  tx: Transaction,
  plans: readonly OrderPlan[],
  place: 0 | 1,
): Promise<ChangedOrderRow[]> | readonly ChangedOrderRow[] {
  const rows = plans.flatMap(({ rowChanges }) => rowChanges[place] ?? []);
  if (rows.length === 0) return [];
  if (rows.length === 1) return changeOrder(tx, ...toChangeParameters(rows[0]!));
  return changeOrders(tx, JSON.stringify(rows));
}

/**
 * Allows the override of a plan that is written alone: it applies to the transaction, so in a set it would permit other
 * illegal steps.
 */
function allowOverrides(tx: Transaction, plans: readonly OrderPlan[]): Promise<unknown> | null {
  const overrides = plans.filter(({ overrideReason }) => overrideReason !== null);
  if (overrides.length === 0) return null;
  if (plans.length > 1) throw new Error('an override must be written alone');
  return allowOverride(tx, overrides[0]!.overrideReason!);
}

/** What is stored of orders whose plans do not name it, by order id. */
interface Stored {
  readonly lines: ReadonlyMap<string, readonly OrderLine[]>;
  readonly discounts: ReadonlyMap<string, readonly BilledDiscount[]>;
}

const nothing: Stored = { lines: new Map(), discounts: new Map() };

function needsLines({ stockEffect, stockLines }: OrderPlan): boolean {
  return stockEffect !== null && stockLines === null;
}

function needsDiscounts({ useEffect }: OrderPlan): boolean {
  return useEffect?.kind === 'hold' && useEffect.discounts === null;
}

/** Returns whether effects of a plan depend on what is stored of its order. */
function isUnread(plan: OrderPlan): boolean {
  return needsLines(plan) || needsDiscounts(plan);
}

async function readStored(tx: Transaction, plans: readonly OrderPlan[]): Promise<Stored> {
  const listIds = (some: readonly OrderPlan[]) => some.map(({ orderId }) => orderId);
  const ofLines = listIds(plans.filter(needsLines));
  const ofBills = listIds(plans.filter(needsDiscounts));
  const [lines, bills] = await Promise.all([
    ofLines.length === 0 ? [] : findLines(tx, ofLines),
    ofBills.length === 0 ? [] : findBills(tx, ofBills),
  ]);
  return {
    lines: Map.groupBy(lines, ({ orderId }) => orderId),
    discounts: new Map(bills.map(({ orderId, discounts }) => [orderId, discounts])),
  };
}

function collectStock(plans: readonly OrderPlan[], storedLines: Stored['lines']): OrderStock[] {
  return plans.flatMap(({ stockEffect: effect, stockLines, orderId, number, actor }) => {
    if (effect === null) return [];
    const lines = stockLines ?? storedLines.get(orderId) ?? [];
    return { effect, orderId, number, actor, lines: listUnits(lines) };
  });
}

import type { Transaction } from '../../../database/database.ts';
import type { Statement } from '../../../database/statement.ts';
import { appendEvents } from '../../../events/index.ts';
import { findLines } from '../reading/queries.ts';
import type { CancelChange, MoveChange, OrderChange, PayChange } from './order-change.ts';
import type { OrderPlan } from './order-plan.ts';
import { planChange } from './plan-change.ts';
import { type OrderStock, writeStock } from './stock-effects.ts';
import {
  allowOverride,
  type ChangedOrderRow,
  changeOrders,
  changeOrdersReturning,
  enterQueue,
  insertImportedOrders,
  insertLines,
  insertOrders,
  leaveQueue,
  repriceLines,
} from './write-queries.ts';

/** Statements of the caller that travel in the same trip, after the orders and before the stock. */
export type Alongside = () => readonly Promise<unknown>[];

/**
 * Writes changes of orders, one for each order, with all that belongs to them: row, version, sequence, lines, place in the
 * queue, stock and events, in the transaction that decided them and that has the rows of existing orders locked. With
 * `writeOrder` it is the only writer of `orders` and `order_lines` and of the events of orders. Returns the ids of the
 * imported orders whose number was taken: nothing was written of them.
 *
 * Set-wise and in one trip: a statement for each table, whatever the number of changes, and all of them are sent before
 * the first is waited for. Two kinds need a trip before: imports, whose number may be taken, and changes that give back
 * stock, whose lines are read. The stock comes last, so that a hot product's row is locked for the commit and little else.
 */
export async function writeOrders(
  tx: Transaction,
  changes: readonly OrderChange[],
  alongside: Alongside = () => [],
): Promise<ReadonlySet<string>> {
  const planned = changes.map(planChange);
  const imported = planned.filter(({ isImported }) => isImported);
  const refused = imported.length === 0 ? none : await writeImported(tx, imported);
  const plans = refused.size === 0 ? planned : planned.filter((plan) => !refused.has(plan.orderId));
  await writePlans(tx, plans, changeOrders, alongside);
  return refused;
}

/** The same for one order that exists. Returns what may have changed of its row. */
export async function writeOrder(
  tx: Transaction,
  change: MoveChange | CancelChange | PayChange,
): Promise<ChangedOrderRow> {
  const [changed] = await writePlans(tx, [planChange(change)], changeOrdersReturning, () => []);
  return changed!;
}

/** Returns the rows that the first step of each plan changed, if `changeRows` does. */
async function writePlans<Row>(
  tx: Transaction,
  plans: readonly OrderPlan[],
  changeRows: Statement<[rows: string], Row>,
  alongside: Alongside,
): Promise<readonly Row[]> {
  const isStockUnread = plans.some((plan) => plan.stockEffect !== null && plan.stockLines === null);
  const stock = isStockUnread ? await readStock(tx, plans) : collectStock(plans, new Map());

  const created = plans.flatMap(({ order, isImported }) => (isImported ? [] : (order ?? [])));
  const lines = plans.flatMap((plan) => plan.lines);
  const repriced = plans.flatMap(({ repricedLines }) => repricedLines);
  const queued = plans.flatMap((plan) => plan.queued ?? []);
  const leaving = plans.flatMap(({ orderId, leavesQueue }) => (leavesQueue ? orderId : []));
  // They run in the order in which they are sent: lines are repriced before their orders leave QUEUED.
  const before = [
    created.length === 0 ? null : insertOrders(tx, JSON.stringify(created)),
    lines.length === 0 ? null : insertLines(tx, JSON.stringify(lines)),
    repriced.length === 0 ? null : repriceLines(tx, JSON.stringify(repriced)),
    allowOverrides(tx, plans),
  ];
  const [changed] = await Promise.all([
    takeStep(tx, plans, 0, changeRows),
    takeStep(tx, plans, 1, changeRows),
    ...before,
    queued.length === 0 ? null : enterQueue(tx, JSON.stringify(queued)),
    leaving.length === 0 ? null : leaveQueue(tx, leaving),
    appendEvents(
      tx,
      plans.flatMap(({ events }) => events),
    ),
    ...alongside(),
    ...writeStock(tx, stock),
  ]);
  return changed;
}

const none: ReadonlySet<string> = new Set();

/** The ids of those that were not written. */
async function writeImported(
  tx: Transaction,
  plans: readonly OrderPlan[],
): Promise<ReadonlySet<string>> {
  const inserted = await insertImportedOrders(tx, JSON.stringify(plans.map(({ order }) => order)));
  const ids = new Set(inserted.map(({ id }) => id));
  return new Set(plans.map(({ orderId }) => orderId).filter((id) => !ids.has(id)));
}

/** Changes rows by the step at this place of each plan. */
function takeStep<Row>(
  tx: Transaction,
  plans: readonly OrderPlan[],
  place: 0 | 1,
  changeRows: Statement<[rows: string], Row>,
): Promise<Row[]> | readonly Row[] {
  const rows = plans.flatMap(({ rowChanges }) => rowChanges[place] ?? []);
  return rows.length === 0 ? [] : changeRows(tx, JSON.stringify(rows));
}

/** An override holds for the transaction, so in a set it would let other illegal steps pass. */
function allowOverrides(tx: Transaction, plans: readonly OrderPlan[]): Promise<unknown> | null {
  const overrides = plans.filter(({ overrideReason }) => overrideReason !== null);
  if (overrides.length === 0) return null;
  if (plans.length > 1) throw new Error('an override is written alone');
  return allowOverride(tx, overrides[0]!.overrideReason!);
}

/** What happens to the stock, by the stored lines where the plans have none. */
async function readStock(tx: Transaction, plans: readonly OrderPlan[]): Promise<OrderStock[]> {
  const unread = plans.filter((plan) => plan.stockEffect !== null && plan.stockLines === null);
  const orderIds = unread.map(({ orderId }) => orderId);
  const stored = await findLines(tx, orderIds);
  return collectStock(
    plans,
    Map.groupBy(stored, ({ orderId }) => orderId),
  );
}

function collectStock(
  plans: readonly OrderPlan[],
  storedLines: ReadonlyMap<string, OrderStock['lines']>,
): OrderStock[] {
  return plans.flatMap(({ stockEffect: effect, stockLines, orderId, number, actor }) => {
    if (effect === null) return [];
    const lines = stockLines ?? storedLines.get(orderId) ?? [];
    return { effect, orderId, number, actor, lines };
  });
}

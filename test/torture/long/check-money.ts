import type { Database } from '../../../src/database/database.ts';
import type { StoredOrder } from './check-orders.ts';
import type { Act, Intent } from './history.ts';

interface Money {
  readonly orderId: string;
  readonly charges: number;
  /** What the provider charged and what the shop recorded of it. */
  readonly chargedMinor: number;
  readonly capturedMinor: number;
  /** What the provider returned and what the shop recorded of it. */
  readonly returnedMinor: number;
  readonly refundedMinor: number;
  readonly unsettled: number;
  readonly byStaff: readonly { readonly id: string; readonly amountMinor: number }[];
}

/** Compares the books of the shop, of the provider and of the clients. Returns one sentence for each error. */
export async function findWrongMoney(
  database: Database,
  orders: readonly StoredOrder[],
  history: readonly Intent[],
): Promise<string[]> {
  const rows = await database.run<Money>('torture.stretch_money', MONEY, [
    orders.map(({ id }) => id),
  ]);
  const money = new Map(rows.map((row) => [row.orderId, row]));
  const intents = new Map(history.map((intent) => [intent.token, intent]));
  return orders.flatMap((order) => {
    const acts = intents.get(order.token)?.acts ?? [];
    const found = money.get(order.id);
    const wrong = found === undefined ? withoutPayment(acts) : judge(order, acts, found);
    return wrong.map((sentence) => `order ${order.number}: ${sentence}`);
  });
}

/** One row per order with a payment, whatever its state. */
const MONEY = `
  with of_orders as (
    select id, order_id from payments where order_id = any($1::uuid[])),
  charged as (
    select of_orders.order_id, count(*) as charges, sum(amount_minor) as minor
      from of_orders
      join sandbox.charges on charges.payment_id = of_orders.id::text
     group by of_orders.order_id),
  captured as (
    select of_orders.order_id, sum(amount_minor) as minor
      from of_orders
      join payment_captures on payment_captures.payment_id = of_orders.id
     group by of_orders.order_id),
  returned as (
    select of_orders.order_id,
           sum(amount_minor) filter (where coalesce(settles_as, status) = 'SUCCEEDED') as minor
      from of_orders
      join sandbox.refunds on refunds.payment_id = of_orders.id::text
     group by of_orders.order_id),
  refunded as (
    select of_orders.order_id, sum(amount_minor) filter (where status = 'SUCCEEDED') as minor,
           count(*) filter (where status <> 'SUCCEEDED') as unsettled,
           jsonb_agg(jsonb_build_object('id', payment_refunds.id, 'amountMinor', amount_minor))
             filter (where cause = 'admin') as by_staff
      from of_orders
      join payment_refunds on payment_refunds.payment_id = of_orders.id
     group by of_orders.order_id)
  select order_id as "orderId", coalesce(charges, 0)::int as charges,
         coalesce(charged.minor, 0)::int as "chargedMinor",
         coalesce(captured.minor, 0)::int as "capturedMinor",
         coalesce(returned.minor, 0)::int as "returnedMinor",
         coalesce(refunded.minor, 0)::int as "refundedMinor",
         coalesce(unsettled, 0)::int as unsettled, coalesce(by_staff, '[]') as "byStaff"
    from (select distinct order_id from of_orders) as paying
    left join charged using (order_id)
    left join captured using (order_id)
    left join returned using (order_id)
    left join refunded using (order_id)`;

function withoutPayment(acts: readonly Act[]): string[] {
  return acts.some(({ kind, result }) => kind === 'pay' && result === 'ok')
    ? ['it was paid, but has no payment']
    : [];
}

function judge({ status, totalMinor }: StoredOrder, acts: readonly Act[], money: Money): string[] {
  const { chargedMinor, capturedMinor, returnedMinor, refundedMinor, unsettled } = money;
  const wrong = findWrongRefunds(acts, money);
  const paid = acts
    .filter((act) => act.kind === 'pay' && act.result === 'ok')
    .reduce((sum, act) => sum + (act.kind === 'pay' ? act.charges : 0), 0);
  if (money.charges < paid) {
    wrong.push(`${paid} charges were acknowledged, but the provider knows ${money.charges}`);
  }
  if (chargedMinor !== capturedMinor) {
    wrong.push(`the provider charged ${chargedMinor}, but ${capturedMinor} is recorded`);
  }
  if (returnedMinor !== refundedMinor) {
    wrong.push(`the provider returned ${returnedMinor}, but ${refundedMinor} is recorded`);
  }
  if (unsettled > 0) wrong.push(`${unsettled} refunds have not succeeded`);
  const kept = capturedMinor - refundedMinor;
  const byStaffMinor = money.byStaff.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const due = status === 'CANCELLED' || status === 'FAILED' ? 0 : totalMinor - byStaffMinor;
  if (kept !== due) wrong.push(`it is ${status} and costs ${due}, but ${kept} is kept`);
  return wrong;
}

function findWrongRefunds(acts: readonly Act[], { byStaff }: Money): string[] {
  const refunds = acts.filter((act) => act.kind === 'refund');
  const possible = refunds.filter(({ result }) => result !== 'refused').length;
  const known = refunds.filter(({ result }) => result === 'ok');
  const lost = known.filter(
    ({ id, amountMinor }) =>
      !byStaff.some((one) => one.id === id && one.amountMinor === amountMinor),
  );
  return [
    ...lost.map(({ id }) => `the refund ${id} was acknowledged, but is missing`),
    ...(byStaff.length > possible
      ? [`it has ${byStaff.length} refunds by staff, but ${possible} were asked for`]
      : []),
  ];
}

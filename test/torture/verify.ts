import type { Database } from '../../src/database/database.ts';
import { checkInvariants } from '../../src/modules/operations/check-invariants.ts';
import type { Attempt } from './history.ts';

export interface OrderRow {
  readonly id: string;
  readonly number: string;
  readonly token: string;
}

/** Compares what the clients saw with the database. Returns one sentence for each error. */
export async function verify(database: Database, history: readonly Attempt[]): Promise<string[]> {
  const orders = await database.run<OrderRow>(
    'torture.orders',
    'select id, number, client_token as token from orders where client_token is not null',
    [],
  );
  return [...findWrongOrders(orders, history), ...(await brokenInvariants(database))];
}

/** Compares what the clients saw with the orders that they placed. Returns one sentence for each error. */
export function findWrongOrders(
  orders: readonly OrderRow[],
  history: readonly Attempt[],
): string[] {
  const byToken = new Map<string, OrderRow>();
  const wrong: string[] = [];
  for (const order of orders) {
    if (byToken.has(order.token)) wrong.push(`token ${order.token} has two orders`);
    byToken.set(order.token, order);
  }
  for (const { token, outcome } of history) {
    const order = byToken.get(token);
    byToken.delete(token);
    if (outcome.kind === 'refused' && order !== undefined) {
      wrong.push(`${token} was refused (${outcome.code}), but order ${order.number} exists`);
    }
    if (outcome.kind !== 'placed') continue;
    if (order === undefined) wrong.push(`${token} was placed as ${outcome.number}, but is missing`);
    else if (order.id !== outcome.orderId) {
      wrong.push(`${token} was answered with ${outcome.number}, but is ${order.number}`);
    }
  }
  for (const order of byToken.values()) wrong.push(`order ${order.number} belongs to no attempt`);
  return wrong;
}

export async function brokenInvariants(database: Database): Promise<string[]> {
  const { invariants } = await checkInvariants(database);
  return invariants
    .filter(({ ok }) => !ok)
    .map(
      ({ name, violations }) =>
        `${name}: ${violations.map(({ id, detail }) => `${id} ${detail}`).join('; ')}`,
    );
}

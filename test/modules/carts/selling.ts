import type { Database } from '../../../src/database/database.ts';
import { createCarts } from '../../../src/modules/carts/index.ts';
import type { Carts } from '../../../src/modules/carts/use-cases.ts';
import type { Caller, UserCaller } from '../../../src/shared/caller.ts';
import { createTestCatalog } from '../../support/catalogue.ts';
import { buildContext, createTestOrders } from '../../support/orders.ts';
import { addProduct, addUser, buildClaim } from '../../support/shop.ts';

export const pounds = (amount: number) => ({ amount, currency: 'GBP' });

/** Creates the carts of one server. Two on one database share nothing else. */
export function createTestCarts(database: Database, pendingMax = 0): Carts {
  const orders = createTestOrders(database, { pendingMax });
  return createCarts({ database, orders, currency: 'GBP' }).api;
}

/** The cart of a customer, in any version or in one of these. */
export function selectCart(
  customer: UserCaller,
  ifMatch: readonly number[] | null = null,
  key?: string,
  body: unknown = null,
) {
  const claim = key === undefined ? null : buildClaim(customer.id, 'cart', key, body);
  return { customerId: customer.id, ifMatch, claim };
}

let groups = 0;

export interface PizzaMenu {
  readonly admin: Caller;
  readonly groupId: string;
  /** Codes: at most 3 units of cheese, 2 of olives and 5 together. */
  readonly cheese: string;
  readonly olives: string;
  readonly pizza: { readonly id: string; readonly sku: string };
}

/** Sells a pizza for 900, with cheese for 150 and olives for 80. `min`: units that must be chosen. */
export async function sellPizza(
  database: Database,
  { min = 0, onHand = 50 } = {},
): Promise<PizzaMenu> {
  groups += 1;
  const catalog = createTestCatalog(database);
  const admin = await addUser(database, { role: 'admin' });
  const [cheese, olives] = [`CHEESE-${groups}`, `OLIVES-${groups}`];
  const modifiers = [
    { code: cheese, name: 'Cheese', price: pounds(150), quantityMax: 3 },
    { code: olives, name: 'Olives', price: pounds(80), quantityMax: 2 },
  ];
  const group = await catalog.createModifierGroup(buildContext(admin), {
    name: 'Extras',
    min,
    max: 5,
    modifiers,
  });
  const pizza = await addProduct(database, { priceMinor: 900, onHand });
  const groupId = group.result.id;
  await catalog.updateProduct(buildContext(admin), pizza.id, { modifierGroupIds: [groupId] }, null);
  return { admin, groupId, cheese, olives, pizza };
}

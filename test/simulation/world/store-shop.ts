import type { Database } from '../../../src/database/database.ts';
import { readPriceVersion } from '../../../src/modules/pricing/queries.ts';
import { readShop } from '../../../src/modules/scheduling/settings/queries.ts';
import { newId } from '../../../src/shared/ids.ts';
import type { Store } from '../store/store.ts';

/** The columns of the tables of a shop that has no orders, each with the name that the store has for it. */
const columns: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  users: { id: 'id', email: 'email', email_key: 'email', name: 'name', role: 'role', vip: 'vip' },
  products: {
    id: 'id',
    sku: 'sku',
    name: 'name',
    price_minor: 'priceMinor',
    currency: 'currency',
    tax_category: 'taxCategory',
  },
  stock: { product_id: 'productId', on_hand: 'onHand' },
  tax_rates: {
    id: 'id',
    name: 'name',
    percent: 'percent',
    tax_category: 'taxCategory',
    active: 'active',
  },
  discounts: {
    id: 'id',
    code: 'code',
    name: 'name',
    kind: 'kind',
    percent: 'percent',
    currency: 'currency',
    scope: 'scope',
    uses_max: 'usesMax',
    uses_per_customer_max: 'usesPerCustomerMax',
    first_order_only: 'firstOrderOnly',
    combines: 'combines',
    active: 'active',
  },
  webhook_endpoints: { id: 'id', url: 'url', event_types: 'eventTypes', secret: 'secret' },
};

/** Stores the shop of the simulation in PostgreSQL, and gives the store what PostgreSQL decides about it. */
export async function storeShop(owner: Database, store: Store): Promise<void> {
  for (const [table, names] of Object.entries(columns)) {
    const into = Object.keys(names);
    const isUser = table === 'users';
    const list = [...into, ...(isUser ? ['password_hash'] : [])].join(', ');
    for (const row of store.rows(table)) {
      const values = Object.values(names).map((name) => row[name]);
      const places = values.map((_, index) => `$${index + 1}`);
      await owner.run(
        `test.store_${table}`,
        `insert into ${table} (${list}) values (${[...places, ...(isUser ? ["'none'"] : [])].join(', ')})`,
        values,
      );
    }
  }
  for (const { productId, onHand } of store.rows('stock')) {
    await owner.run(
      'test.store_movement',
      `insert into stock_movements (id, product_id, kind, delta, reason, on_hand, reserved, actor_type)
       values ($1, $2, 'initial', $3, 'opened', $3, 0, 'system')`,
      [newId(), productId, onHand],
    );
  }
  const { slotMinutes, slotOrdersMax, horizonDays } = store.row('shop_settings', '')!;
  await owner.run(
    'test.store_shop',
    'update shop_settings set slot_minutes = $1, slot_orders_max = $2, horizon_days = $3',
    [slotMinutes, slotOrdersMax, horizonDays],
  );
  const tx = store.begin();
  tx.put('shop_settings', '', (await readShop(owner))[0]!);
  tx.put('price_versions', '', (await readPriceVersion(owner))[0]!);
  tx.commit();
}

import { useColumns } from '../../../src/modules/pricing/discounts/use-queries.ts';
import { placeColumns } from '../../../src/modules/scheduling/slots/slot-queries.ts';
import { readColumnArrays } from '../store/column-rows.ts';
import type { Handlers } from '../store/connection.ts';
import { type Row, type StoreTransaction, violation } from '../store/store.ts';

/** The statements about what is scarce: stock, discounts and places in slots. And what prices depend on. */

function requireCheck(holds: boolean, constraint: string): void {
  if (!holds) throw violation(constraint, '23514');
}

function changeStock(tx: StoreTransaction, productId: string, onHand: number, reserved: number) {
  const before = tx.get('stock', productId)!;
  const stock = { onHand: before.onHand + onHand, reserved: before.reserved + reserved };
  requireCheck(stock.onHand >= 0 || onHand >= 0, 'stock_on_hand_check');
  requireCheck(stock.reserved >= 0 && stock.reserved <= stock.onHand, 'stock_reserved_check');
  return tx.patch('stock', productId, stock);
}

function offersOf(tx: StoreTransaction, ids: readonly string[], skus: readonly string[]): Row[] {
  return tx
    .rows('products')
    .filter(({ id, sku }) => ids.includes(id) || skus.includes(sku))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

function offer(tx: StoreTransaction, product: Row): Row {
  return { ...product, ...tx.get('stock', product.id)!, productId: product.id };
}

export const inventoryStatements: Handlers = {
  'inventory.find_offers': (tx, ids: string[], skus: string[]) =>
    offersOf(tx, ids, skus).map((product) => offer(tx, product)),
  'inventory.lock_offers': (tx, ids: string[], skus: string[]) =>
    offersOf(tx, ids, skus).map((product) => {
      tx.lockRow('stock', product.id);
      return offer(tx, product);
    }),
  'inventory.change_reserved': (tx, ids: string[], quantities: number[], sign: number) => {
    tx.lockRows('stock', ids);
    return ids.flatMap((productId, index) =>
      tx.get('stock', productId) === undefined
        ? []
        : changeStock(tx, productId, 0, sign * quantities[index]!),
    );
  },
  'inventory.change_reserved_of_one': (tx, productId: string, quantity: number, sign: number) => {
    const stock = tx.lockRow('stock', productId);
    return stock === undefined ? [] : [changeStock(tx, productId, 0, sign * quantity)];
  },
  'inventory.move_stock': (tx, movements: string, sign: number, kind: string) => {
    const rows = JSON.parse(movements) as Row[];
    tx.lockRows(
      'stock',
      rows.map((row) => row.product_id),
    );
    return rows.map((row) => {
      const delta = sign * row.quantity;
      const { onHand } = changeStock(tx, row.product_id, delta, delta);
      const movement = {
        id: row.id,
        productId: row.product_id,
        kind,
        delta,
        orderId: row.order_id,
      };
      tx.put('stock_movements', row.id, { ...movement, onHand });
      return { id: row.id };
    });
  },
};

function hold(tx: StoreTransaction, orderId: string, discountId: string, customerId: string): void {
  tx.insert(
    'discount_uses',
    `${orderId} ${discountId}`,
    { orderId, discountId, customerId },
    'discount_uses_pkey',
  );
}

function changeUses(tx: StoreTransaction, discountId: string, delta: number): void {
  const discount = tx.get('discounts', discountId)!;
  const uses = discount.uses + delta;
  requireCheck(
    uses >= 0 && (delta <= 0 || discount.usesMax === null || uses <= discount.usesMax),
    'discounts_uses_check',
  );
  tx.patch('discounts', discountId, { uses });
}

function codeOf({ code }: Row): string {
  return code === null ? '' : code.toLowerCase();
}

export const pricingStatements: Handlers = {
  'pricing.read_version': (tx) => [tx.get('price_versions', '')!],
  'pricing.lock_version': (tx) => {
    tx.lock('price_versions', true);
    return [tx.get('price_versions', '')!];
  },
  'pricing.find_active_tax_rates': (tx) => tx.rows('tax_rates'),
  'pricing.find_active_charges': () => [],
  'pricing.find_automatic_discounts': (tx) =>
    tx.rows('discounts').filter(({ code, active }) => code === null && active),
  'pricing.find_discounts_by_code': (tx, codes: string[]) =>
    tx.rows('discounts').filter((row) => codes.includes(codeOf(row))),
  'pricing.lock_discounts': (tx, ids: string[], codes: string[]) =>
    tx.lockRows(
      'discounts',
      tx
        .rows('discounts')
        .filter((row) => ids.includes(row.id) || codes.includes(codeOf(row)))
        .map(({ id }) => id),
    ),
  'pricing.find_uses': (tx, ids: string[]) => ids.flatMap((id) => tx.get('discounts', id) ?? []),
  'pricing.count_customer_uses': (tx, customerIds: string[], discountIds: string[]) =>
    customerIds.flatMap((customerId) =>
      discountIds.flatMap((discountId) => {
        const count = tx
          .rows('discount_uses')
          .filter((use) => use.customerId === customerId && use.discountId === discountId).length;
        return count === 0 ? [] : { customerId, discountId, count };
      }),
    ),
  'pricing.insert_uses': (tx, ...parameters: string[]) => {
    const uses = readColumnArrays(useColumns, parameters);
    tx.lockRows(
      'discounts',
      uses.map((use) => use.discount_id),
    );
    for (const use of uses) {
      hold(tx, use.order_id, use.discount_id, use.customer_id);
      changeUses(tx, use.discount_id, 1);
    }
    return [];
  },
  'pricing.insert_use': (tx, orderId: string, discountId: string, customerId: string) => {
    tx.lockRow('discounts', discountId);
    hold(tx, orderId, discountId, customerId);
    changeUses(tx, discountId, 1);
    return [];
  },
  'pricing.delete_uses': (tx, orderIds: string[]) => {
    const uses = tx.rows('discount_uses').filter(({ orderId }) => orderIds.includes(orderId));
    tx.lockRows(
      'discounts',
      uses.map(({ discountId }) => discountId),
    );
    for (const { orderId, discountId } of uses) {
      const key = `${orderId} ${discountId}`;
      if (tx.lockRow('discount_uses', key) === undefined) continue;
      tx.remove('discount_uses', key);
      changeUses(tx, discountId, -1);
    }
    return [];
  },
  'catalog.find_modifier_groups': () => [],
};

const SLOTS = 'the places in slots';

function countPlace(tx: StoreTransaction, startAt: Date, delta: number): void {
  const key = startAt.toISOString();
  tx.lock(`slots ${key}`);
  const places = (tx.get('slots', key)?.places ?? 0) + delta;
  const { slotOrdersMax } = tx.get('shop_settings', '')!;
  requireCheck(
    places >= 0 && (delta <= 0 || slotOrdersMax === 0 || places <= slotOrdersMax),
    'slots_places_check',
  );
  tx.put('slots', key, { startAt, places });
}

function release(tx: StoreTransaction, orderIds: readonly string[]): void {
  const places = tx.lockRows('slot_places', orderIds).filter(({ held }) => held);
  places.sort((one, other) => one.startAt - other.startAt);
  for (const { orderId, startAt } of places) {
    tx.patch('slot_places', orderId, { held: false });
    countPlace(tx, startAt, -1);
  }
}

export const schedulingStatements: Handlers = {
  'scheduling.read_shop': (tx) => [{ ...tx.get('shop_settings', '')!, now: tx.now }],
  'scheduling.find_slots': (tx, minutesAhead: number, starts: Date[]) => {
    const end = tx.startedAtMs + minutesAhead * 60_000;
    const named = new Set(starts.map((start) => start.getTime()));
    return tx.rows('slots').filter(({ startAt }) => {
      const at = startAt.getTime();
      return (at >= tx.startedAtMs && at < end) || named.has(at);
    });
  },
  'scheduling.exclude_places': (tx) => {
    tx.lock(SLOTS);
    return [];
  },
  'scheduling.find_held_slot': (tx, orderId: string) => {
    const place = tx.get('slot_places', orderId);
    return place?.held ? [place] : [];
  },
  'scheduling.insert_places': (tx, ...parameters: string[]) => {
    tx.lock(SLOTS, true);
    const places = readColumnArrays(placeColumns, parameters);
    for (const { order_id: orderId, start_at: startAt } of places) {
      tx.insert('slot_places', orderId, { orderId, startAt, held: true }, 'slot_places_pkey');
    }
    for (const { start_at: startAt } of places.sort((a, b) => a.start_at - b.start_at)) {
      countPlace(tx, startAt, 1);
    }
    return [];
  },
  'scheduling.release_places': (tx, orderIds: string[]) => {
    tx.lock(SLOTS, true);
    release(tx, orderIds);
    return [];
  },
  'scheduling.move_place': (tx, orderId: string, startAt: Date) => {
    tx.lock(SLOTS, true);
    tx.lock(`slot_places ${orderId}`);
    const before = tx.get('slot_places', orderId);
    tx.put('slot_places', orderId, { orderId, startAt, held: true });
    const changes = [
      ...(before?.held ? [[before.startAt as Date, -1] as const] : []),
      [startAt, 1] as const,
    ];
    changes.sort(([one], [other]) => one.getTime() - other.getTime());
    for (const [at, delta] of changes) countPlace(tx, at, delta);
    return [];
  },
};

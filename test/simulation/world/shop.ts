import type { Store } from '../store/store.ts';

export const CURRENCY = 'EUR';

/** The rules of the shop that the configuration sets. */
export interface ShopRules {
  readonly expiryMinutes: number;
  readonly pendingMax: number;
  readonly heldUnitsMax: number;
  readonly cancellationsPerDayMax: number;
}

/** What differs from shop to shop. */
export interface ShopOptions extends ShopRules {
  /** The units of each product at the beginning. */
  readonly onHand: number;
  /** How many orders may use the discount. */
  readonly usesMax: number;
  /** Whether the discount applies without its code. */
  readonly isAutomatic: boolean;
  /** 0: the shop has no slots. */
  readonly slotMinutes: number;
  readonly slotOrdersMax: number;
}

export const skus = ['SOUP', 'CAKE', 'TEA'] as const;
export const CODE = 'FIRST';

const id = (kind: number, number: number) =>
  `00000000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(number).padStart(8, '0')}`;

export const customerIds = [id(1, 1), id(1, 2), id(1, 3)] as const;
export const adminId = id(2, 1);
export const kitchenId = id(2, 2);
export const endpointUrls = ['https://one.example/hook', 'https://two.example/hook'] as const;

/** An admin changes something that prices depend on, as another process would, unless a placement has locked it. */
export function changePrices(store: Store): void {
  if (store.blockers(null, 'price_versions', false).length > 0) return;
  const tx = store.begin();
  tx.put('price_versions', '', { version: tx.get('price_versions', '')!.version + 1 });
  tx.commit();
}

/** Stores a shop that has no orders yet. */
export function openShop(store: Store, options: ShopOptions): void {
  const tx = store.begin();
  const dates = { createdAt: tx.now, updatedAt: tx.now };
  for (const [index, customerId] of customerIds.entries()) {
    tx.put('users', customerId, {
      id: customerId,
      email: `customer${index}@example.com`,
      name: `Customer ${index}`,
      phone: null,
      guest: false,
      role: 'customer',
      vip: index === 0,
      disabled: false,
    });
  }
  for (const [index, sku] of skus.entries()) {
    const productId = id(3, index);
    tx.put('products', productId, {
      id: productId,
      sku,
      name: sku,
      // Cake is a gift, so some orders have nothing to pay.
      priceMinor: sku === 'CAKE' ? 0 : 500 + 199 * index,
      currency: CURRENCY,
      active: true,
      taxCategory: 'food',
      category: null,
      modifierGroupIds: [],
    });
    tx.put('stock', productId, { productId, onHand: options.onHand, reserved: 0 });
  }
  tx.put('tax_rates', id(4, 1), {
    id: id(4, 1),
    name: 'VAT',
    percent: '7',
    taxCategory: 'food',
    fulfilmentTypes: null,
    active: true,
    version: 1,
    ...dates,
  });
  tx.put('discounts', id(5, 1), {
    id: id(5, 1),
    code: options.isAutomatic ? null : CODE,
    name: 'The first ones',
    kind: 'PERCENT',
    percent: '10',
    amountMinor: null,
    currency: CURRENCY,
    scope: 'ORDER',
    skus: null,
    categories: null,
    minimumSubtotalMinor: null,
    startsAt: null,
    endsAt: null,
    usesMax: options.usesMax,
    uses: 0,
    usesPerCustomerMax: 2,
    firstOrderOnly: false,
    combines: false,
    active: true,
    version: 1,
    ...dates,
  });
  tx.put('price_versions', '', { version: 1 });
  tx.put('shop_settings', '', {
    version: 1,
    name: null,
    timeZone: 'UTC',
    fulfilmentTypes: ['PICKUP'],
    openingHours: null,
    closedDates: [],
    acceptingOrders: true,
    pausedUntil: null,
    leadMinutes: 0,
    slotMinutes: options.slotMinutes,
    slotOrdersMax: options.slotOrdersMax,
    horizonDays: 1,
    tipPercents: [],
  });
  for (const [index, url] of endpointUrls.entries()) {
    tx.put('webhook_endpoints', id(6, index), {
      id: id(6, index),
      url,
      eventTypes: index === 0 ? ['*'] : ['order.placed', 'order.cancelled', 'payment.captured'],
      active: true,
      secret: `whsec_${Buffer.alloc(32, index + 1).toString('base64')}`,
    });
  }
  tx.commit();
}

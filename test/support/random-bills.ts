import type { BillView, LineToPrice, OrderToPrice } from '../../src/modules/pricing/index.ts';
import { buildOrder } from '../modules/pricing/build-order.ts';
import { type RandomOrder, type RandomShop, toLines } from './random-shop.ts';

/** Random orders as requests, as input of the calculation, and the replies to them. */

interface LineView {
  readonly total: { readonly amount: number };
  readonly discount: { readonly amount: number };
  readonly tax: { readonly amount: number };
  readonly charged: { readonly amount: number };
}

export interface PricedReply {
  readonly id: string;
  readonly items: readonly LineView[];
  readonly bill: BillView;
}

/** Returns what a reply says, in the form of the independent calculation. */
export function comparable({ items, bill }: PricedReply) {
  const amounts = (values: readonly { readonly amount: number }[]) =>
    values.map(({ amount }) => BigInt(amount));
  return {
    discountOfLine: amounts(items.map(({ discount }) => discount)),
    taxOfItem: amounts([...items, ...bill.charges].map(({ tax }) => tax)),
    discounts: bill.discounts.map(({ name, amount }) => [name, BigInt(amount.amount)]),
    charges: bill.charges.map(({ name, amount }) => [name, BigInt(amount.amount)]),
    taxes: bill.taxes.map(({ base, amount }) => [BigInt(base.amount), BigInt(amount.amount)]),
    total: BigInt(bill.total.amount),
  };
}

/** What the discounts of a shop have been used for, and by whom. */
export class Uses {
  readonly #all = new Map<string, number>();

  count(name: string, customer: number | null): number {
    return this.#all.get(`${name} ${customer ?? ''}`) ?? 0;
  }

  add(name: string, customer: number): void {
    for (const key of [`${name} `, `${name} ${customer}`]) {
      this.#all.set(key, (this.#all.get(key) ?? 0) + 1);
    }
  }
}

export function toOrder(
  shop: RandomShop,
  order: RandomOrder,
  facts: { uses: Uses; isFirstOrder: boolean; pricesIncludeTax: boolean; named: readonly number[] },
): OrderToPrice<LineToPrice> {
  const discounts = shop.discounts.flatMap(({ rule, usesMax, usesPerCustomerMax }, index) => {
    if (rule.code !== null && !facts.named.includes(index)) return [];
    const left = (max: number | null, customer: number | null) =>
      max === null ? null : max - facts.uses.count(rule.name, customer);
    return {
      ...rule,
      usesLeft: left(usesMax, null),
      customerUsesLeft: left(usesPerCustomerMax, order.customer),
    };
  });
  const needsAddress = order.fulfilmentType === 'DELIVERY' || order.fulfilmentType === 'SHIPMENT';
  return buildOrder(toLines(shop, order), {
    pricesIncludeTax: facts.pricesIncludeTax,
    taxRates: shop.taxRates,
    charges: shop.charges,
    discounts,
    destination: {
      fulfilmentType: order.fulfilmentType,
      postalCode: needsAddress ? order.postalCode : null,
    },
    now: new Date(),
    isFirstOrder: facts.isFirstOrder,
    tipMinor: order.tipMinor,
  });
}

export function toBody(shop: RandomShop, order: RandomOrder, codes: readonly string[]) {
  const needsAddress = order.fulfilmentType === 'DELIVERY' || order.fulfilmentType === 'SHIPMENT';
  const address = {
    line1: '1 Church Street',
    city: 'Whitby',
    country: 'GB',
    ...(order.postalCode === null ? {} : { postalCode: order.postalCode }),
  };
  return {
    items: order.lines.map(({ product, quantity, modifiers }) => ({
      sku: shop.products[product]!.sku,
      quantity,
      modifiers: modifiers.map((one) => ({
        code: shop.modifiers[one.modifier]!.code,
        quantity: one.quantity,
      })),
    })),
    fulfilment: {
      type: order.fulfilmentType,
      ...(needsAddress ? { address } : {}),
      ...(order.fulfilmentType === 'DINE_IN' ? { table: '7' } : {}),
    },
    ...(codes.length === 0 ? {} : { discountCodes: codes }),
    ...(order.tipMinor === 0 ? {} : { tip: { amount: order.tipMinor, currency: 'GBP' } }),
  };
}

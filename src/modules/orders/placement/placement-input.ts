import type { Caller } from '../../../shared/caller.ts';
import type { InputError } from '../../../shared/errors.ts';
import type { Money } from '../../../shared/money.ts';
import type { PlaceOrderInput } from '../schemas.ts';
import type { RequestedLine } from './request.ts';

/** The checks of a placement request that its schema cannot express. Each returns the invalid locations. */

type Items = PlaceOrderInput['items'];

export function itemErrors(items: Items, currency: string): InputError[] {
  return items.flatMap((item, index) => {
    const errors = findCurrencyErrors(item.unitPrice, `/items/${index}/unitPrice`, currency);
    if (item.sku !== undefined || item.productId !== undefined) return errors;
    return [
      { pointer: `/items/${index}`, detail: 'Name the product by sku or productId.' },
      ...errors,
    ];
  });
}

/** Customers and guests order for themselves; staff name the customer. */
export function customerErrors(
  caller: Caller | null,
  customerId: string | undefined,
): InputError[] {
  const forThemselves = caller === null || (caller.kind === 'user' && caller.role === 'customer');
  if (forThemselves && customerId !== undefined) {
    return [{ pointer: '/customerId', detail: 'Customers can only order for themselves.' }];
  }
  if (!forThemselves && customerId === undefined) {
    return [{ pointer: '/customerId', detail: 'Name the customer that the order is for.' }];
  }
  return [];
}

/** Checks the members of a request besides its lines. */
export function optionErrors(
  options: { readonly expectedTotal?: Money },
  currency: string,
): InputError[] {
  return findCurrencyErrors(options.expectedTotal, '/expectedTotal', currency);
}

export function requestedLines(items: Items): RequestedLine[] {
  return items.map((item) => ({
    ...(item.sku === undefined ? {} : { sku: item.sku }),
    ...(item.productId === undefined ? {} : { productId: item.productId }),
    ...(item.unitPrice === undefined ? {} : { unitPriceMinor: item.unitPrice.amount }),
    quantity: item.quantity,
  }));
}

function findCurrencyErrors(
  value: Money | undefined,
  pointer: string,
  currency: string,
): InputError[] {
  if (value === undefined || value.currency === currency) return [];
  return [{ pointer: `${pointer}/currency`, detail: `This shop sells in ${currency}.` }];
}

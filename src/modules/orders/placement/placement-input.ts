import { type Caller, isAdmin } from '../../../shared/caller.ts';
import type { InputError } from '../../../shared/errors.ts';
import { type Money, TIP_MINOR_MAX } from '../../../shared/money.ts';
import { distinctCodes } from '../../pricing/index.ts';
import {
  type FulfilmentInput,
  findFulfilmentErrors,
  toFulfilment,
} from '../fulfilment/fulfilment-input.ts';
import type { PlaceOrderInput } from '../schemas.ts';
import type { RequestedLine, RequestedModifier, StatedTerms } from './request.ts';

/** The checks of a placement request that its schema cannot express. Each returns the invalid locations. */

type Items = PlaceOrderInput['items'];

export function itemErrors(items: Items, currency: string): InputError[] {
  const errors: InputError[] = [];
  for (const [index, { sku, productId, modifiers, unitPrice }] of items.entries()) {
    if (sku === undefined && productId === undefined) {
      errors.push({ pointer: `/items/${index}`, detail: 'Name the product by sku or productId.' });
    }
    if (modifiers !== undefined) {
      errors.push(...modifierErrors(modifiers, `/items/${index}/modifiers`));
    }
    if (unitPrice !== undefined) {
      errors.push(...findCurrencyErrors(unitPrice, `/items/${index}/unitPrice`, currency));
    }
  }
  return errors;
}

/** Customers and guests order for themselves; staff name the customer or the guest. */
export function customerErrors(
  caller: Caller | null,
  { customerId, guest }: Pick<PlaceOrderInput, 'customerId' | 'guest'>,
): InputError[] {
  if (isOwnOrder(caller)) {
    if (customerId === undefined) return [];
    return [{ pointer: '/customerId', detail: 'Customers can only order for themselves.' }];
  }
  if (customerId === undefined && guest === undefined) {
    return [{ pointer: '/customerId', detail: 'Name the customer that the order is for.' }];
  }
  return [];
}

/** Returns whether an order of this caller is for themselves. */
export function isOwnOrder(caller: Caller | null): boolean {
  return caller === null || (caller.kind === 'user' && caller.role === 'customer');
}

/** An override has a reason, and only an override has one. */
export function overrideErrors({ override = false, reason }: PlaceOrderInput): InputError[] {
  if (override && reason === undefined) {
    return [{ pointer: '/reason', detail: 'An override needs a reason.' }];
  }
  if (!override && reason !== undefined) {
    return [{ pointer: '/reason', detail: 'Only an override has a reason.' }];
  }
  return [];
}

/** Returns whether the caller may place orders for the customers that they name. */
export function mayNameCustomers(caller: Caller | null): boolean {
  if (caller === null) return false;
  if (caller.kind === 'api_key') return caller.scopes.includes('orders:write');
  return isAdmin(caller);
}

/** Finds modifiers that a line names twice. */
export function modifierErrors(
  modifiers: readonly { readonly code: string }[],
  pointer: string,
): InputError[] {
  return modifiers.flatMap(({ code }, index) =>
    modifiers.findIndex((other) => other.code === code) === index
      ? []
      : [{ pointer: `${pointer}/${index}/code`, detail: 'The line already has this modifier.' }],
  );
}

/** What a request or a cart states besides its lines. */
export interface TermsInput {
  readonly discountCodes?: readonly string[];
  readonly tip?: Money;
  readonly note?: string;
  readonly fulfilment?: FulfilmentInput;
}

/** Checks the members of a request besides its lines. */
export function optionErrors(
  options: TermsInput & { readonly expectedTotal?: Money },
  currency: string,
): InputError[] {
  return [
    ...findCurrencyErrors(options.expectedTotal, '/expectedTotal', currency),
    ...termsErrors(options, currency),
  ];
}

/** Checks what a request or a cart states besides its lines. */
export function termsErrors({ tip, fulfilment }: TermsInput, currency: string): InputError[] {
  const errors = findCurrencyErrors(tip, '/tip', currency);
  if (tip !== undefined && tip.amount > TIP_MINOR_MAX) {
    errors.push({ pointer: '/tip/amount', detail: `A tip is at most ${TIP_MINOR_MAX}.` });
  }
  if (fulfilment !== undefined) errors.push(...findFulfilmentErrors(fulfilment));
  return errors;
}

/** Returns the terms that a request or a cart states. An empty note is none. */
export function statedTerms({ discountCodes, tip, note, fulfilment }: TermsInput): StatedTerms {
  return {
    discountCodes: discountCodes && distinctCodes(discountCodes),
    tipMinor: tip?.amount,
    note: note === undefined ? undefined : note || null,
    fulfilment: fulfilment && toFulfilment(fulfilment),
  };
}

export function requestedLines(items: Items): RequestedLine[] {
  return items.map((item) => ({
    sku: item.sku,
    productId: item.productId,
    unitPriceMinor: item.unitPrice?.amount,
    quantity: item.quantity,
    modifiers: requestedModifiers(item.modifiers),
    note: item.note || null,
  }));
}

const noModifiers: readonly RequestedModifier[] = [];

/** Returns the modifiers of a line with their quantities. */
export function requestedModifiers(
  modifiers: Items[number]['modifiers'],
): readonly RequestedModifier[] {
  return modifiers?.map(({ code, quantity = 1 }) => ({ code, quantity })) ?? noModifiers;
}

function findCurrencyErrors(
  value: Money | undefined,
  pointer: string,
  currency: string,
): InputError[] {
  if (value === undefined || value.currency === currency) return [];
  return [{ pointer: `${pointer}/currency`, detail: `This shop sells in ${currency}.` }];
}

// Not from `shared/api.ts`, which only browsers can load, so that tests can load this file.
import type { Money, operations } from '../../../clients/typescript/src/index.ts';
import type { ChosenModifier, Product } from '../../shared/choices.ts';

type QuoteBody = operations['quoteOrder']['requestBody']['content']['application/json'];
type OrderBody = operations['placeOrder']['requestBody']['content']['application/json'];
type FulfilmentBody = NonNullable<OrderBody['fulfilment']>;
export type FulfilmentType = FulfilmentBody['type'];

/** What is chosen for a dish. */
export interface Choice {
  readonly quantity: number;
  readonly modifiers: readonly ChosenModifier[];
  readonly note: string;
}

/** One dish of an order that is being taken. */
export interface DraftLine extends Choice {
  /** Identifies the line on the page. */
  readonly key: string;
  readonly product: Product;
}

interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
}

export interface AddressTexts {
  readonly line1: string;
  readonly line2: string;
  readonly postalCode: string;
  readonly city: string;
  readonly region: string;
  readonly country: string;
}

/** An order as it is being taken: what the fields contain. */
export interface OrderDraft {
  /** Whether the customer has no account. */
  readonly isGuest: boolean;
  readonly account: Account | null;
  /** Of the guest, or whom to ask for when it is an account's order. */
  readonly name: string;
  readonly phone: string;
  readonly email: string;
  readonly type: FulfilmentType;
  /** Null: as soon as possible. */
  readonly requestedFor: string | null;
  readonly address: AddressTexts;
  readonly table: string;
  readonly instructions: string;
  readonly lines: readonly DraftLine[];
  readonly discountCodes: readonly string[];
  readonly note: string;
  /** Takes the order although the shop would not. */
  readonly override: boolean;
  readonly reason: string;
}

export function startDraft(type: FulfilmentType, country: string): OrderDraft {
  return {
    isGuest: true,
    account: null,
    name: '',
    phone: '',
    email: '',
    type,
    requestedFor: null,
    address: { line1: '', line2: '', postalCode: '', city: '', region: '', country },
    table: '',
    instructions: '',
    lines: [],
    discountCodes: [],
    note: '',
    override: false,
    reason: '',
  };
}

export function needsAddress(type: FulfilmentType): boolean {
  return type === 'DELIVERY' || type === 'SHIPMENT';
}

/** Returns what is still missing before the order can be quoted, as a sentence; null if nothing is. */
export function findMissingForQuote({ lines, type, address, table }: OrderDraft): string | null {
  if (lines.length === 0) return 'Add a dish.';
  const { line1, city, country } = address;
  if (needsAddress(type) && [line1, city, country].some(isBlank)) return 'Enter the address.';
  if (type === 'DINE_IN' && isBlank(table)) return 'Enter the table.';
  return null;
}

/** Returns what is still missing before the order can be placed, as a sentence; null if nothing is. */
export function findMissing(draft: OrderDraft, isOverridden: boolean): string | null {
  const { isGuest, account, name, phone, email, reason } = draft;
  const missing = findMissingForQuote(draft);
  if (missing !== null) return missing;
  if (!isGuest && account === null) return 'Choose the customer.';
  if (isGuest && [name, phone, email].every(isBlank)) return 'Enter a name or a phone number.';
  if (isOverridden && isBlank(reason)) return 'Enter why the order is taken.';
  return null;
}

export function buildQuoteBody(draft: OrderDraft): QuoteBody {
  const { isGuest, account, discountCodes } = draft;
  return {
    items: buildItems(draft),
    fulfilment: buildFulfilment(draft),
    ...(isGuest || account === null ? {} : { customerId: account.id }),
    ...(discountCodes.length === 0 ? {} : { discountCodes: [...discountCodes] }),
  };
}

/** `isOverridden`: the shop would not take the order, and it is taken for the reason in the draft. */
export function buildOrderBody(
  draft: OrderDraft,
  isOverridden: boolean,
  expectedTotal: Money,
): OrderBody {
  const { isGuest, account, name, phone, email, note, reason } = draft;
  const contact = optional({ name, phone });
  return {
    ...buildQuoteBody(draft),
    ...(isGuest
      ? { guest: optional({ email, name, phone }) }
      : {
          customerId: account!.id,
          fulfilment: {
            ...buildFulfilment(draft),
            ...(Object.keys(contact).length === 0 ? {} : { contact }),
          },
        }),
    ...optional({ note }),
    ...(isOverridden ? { override: true, reason: reason.trim() } : {}),
    expectedTotal,
  };
}

function buildItems({ lines }: OrderDraft): OrderBody['items'] {
  return lines.map(({ product, quantity, modifiers, note }) => ({
    sku: product.sku,
    quantity,
    modifiers: modifiers.map((modifier) => ({ code: modifier.code, quantity: modifier.quantity })),
    ...optional({ note }),
  }));
}

function buildFulfilment(draft: OrderDraft): FulfilmentBody {
  const { type, requestedFor, address, table, instructions } = draft;
  const { country, line1, city, ...others } = address;
  return {
    type,
    ...(type === 'SHIPMENT' ? {} : { requestedFor }),
    ...(needsAddress(type)
      ? {
          address: { line1: line1.trim(), city: city.trim(), country, ...optional(others) },
        }
      : {}),
    ...(type === 'DINE_IN' ? { table: table.trim() } : {}),
    ...optional({ instructions }),
  };
}

function isBlank(text: string): boolean {
  return text.trim() === '';
}

/** Returns the texts that are not blank. */
function optional<Name extends string>(texts: Readonly<Record<Name, string>>) {
  return Object.fromEntries(
    Object.entries<string>(texts).flatMap(([name, text]) =>
      isBlank(text) ? [] : [[name, text.trim()]],
    ),
  ) as { [Member in Name]?: string };
}

import type { CachedReply } from '../../../http/index.ts';
import { type Caller, isStaff } from '../../../shared/caller.ts';
import { allowedTransitions, getAudience } from '../order-status.ts';
import { type OrderCustomer, type OrderState, presentCustomer } from './present-order.ts';

/** The fields by which a list or an access check decides about an order. */
type DecidingFields = Pick<
  OrderState,
  'id' | 'customerId' | 'status' | 'paymentStatus' | 'version' | 'createdAt'
> & {
  /** Whether the right of the order's token had ended when the order was read. Not shown. */
  readonly tokenEnded: boolean;
};

/**
 * The state of an order at one sequence, as a text that every reply begins with. As objects it would take three times
 * the memory, and the garbage collector would visit each of them.
 */
export interface CachedOrder extends DecidingFields {
  /** The JSON of the state without its closing brace. */
  readonly text: string;
  /** The length of the text in UTF-8. */
  readonly bytes: number;
}

/** An order as it is shown to one audience. */
export interface ShownOrder extends CachedReply {
  readonly order: CachedOrder;
}

/** A customer as staff see them, and the JSON of it. */
export interface CachedCustomer extends OrderCustomer {
  readonly text: string;
}

export function cacheOrder(state: OrderState, tokenEnded: boolean): CachedOrder {
  const { id, customerId, status, paymentStatus, version, createdAt } = state;
  const text = JSON.stringify(state).slice(0, -1);
  const bytes = Buffer.byteLength(text);
  const deciding = { id, customerId, status, paymentStatus, version, createdAt, tokenEnded };
  return Object.freeze({ ...deciding, text, bytes });
}

const WIDE = /[\u0100-\uffff]/;

/** Returns the memory of the text. One character that is not in Latin-1 doubles that of the whole text. */
export function measureText({ text, bytes }: Pick<CachedOrder, 'text' | 'bytes'>): number {
  const isWide = bytes > text.length && WIDE.test(text);
  return isWide ? 2 * text.length : text.length;
}

export function cacheCustomer(row: OrderCustomer): CachedCustomer {
  const customer = presentCustomer(row);
  return Object.freeze({ ...customer, text: JSON.stringify(customer) });
}

/** Shows the order to this caller: the same bytes as the JSON of `buildOrderView`. `customer` is shown to staff only. */
export function showOrder(
  order: CachedOrder,
  caller: Caller,
  customer: CachedCustomer | null,
): ShownOrder {
  const end = getEnd(order, caller);
  const { version, text, bytes } = order;
  if (customer === null || !isStaff(caller)) {
    return { order, version, text: `${text}${end}}`, bytes: bytes + end.length + 1 };
  }
  const own = `${end},"customer":${customer.text}}`;
  return { order, version, text: text + own, bytes: bytes + Buffer.byteLength(own) };
}

/** What follows the text of an order, by audience, status and payment status. Nested, since a joined key costs more. */
const ends = new Map<string, Map<string, Map<string, string>>>();

/** Returns the field `allowedTransitions`, in ASCII. */
function getEnd(order: CachedOrder, caller: Caller): string {
  const { status, paymentStatus } = order;
  const audience = getAudience(caller);
  const known = ends.get(audience)?.get(status)?.get(paymentStatus);
  if (known !== undefined) return known;
  const end = `,"allowedTransitions":${JSON.stringify(allowedTransitions(order, caller))}`;
  const ofAudience = ends.get(audience) ?? new Map<string, Map<string, string>>();
  const ofStatus = ofAudience.get(status) ?? new Map<string, string>();
  ends.set(audience, ofAudience.set(status, ofStatus.set(paymentStatus, end)));
  return end;
}

import type { Transaction } from '../../../database/database.ts';
import type { Caller, Cause } from '../../../shared/caller.ts';
import type { CodedError } from '../../../shared/errors.ts';
import type { Email } from '../../accounts/index.ts';
import type { OfferRow } from '../../inventory/index.ts';
import type { Fulfilment } from '../fulfilment/fulfilment.ts';
import type { GuestOrigin, PendingLimits } from './buyer.ts';

/**
 * One line of a request. It names its product by `sku` or `productId`; if both are given, they must name the same one.
 */
export interface RequestedLine {
  readonly sku?: string | undefined;
  readonly productId?: string | undefined;
  readonly quantity: number;
  /** The price with modifiers that the client saw, in minor units. If it has changed, the order is refused. */
  readonly unitPriceMinor?: number | undefined;
  readonly modifiers: readonly RequestedModifier[];
  readonly note: string | null;
}

export interface RequestedModifier {
  readonly code: string;
  /** Units for one unit of the line. */
  readonly quantity: number;
}

/** What an order states besides its lines. */
export interface OrderTerms {
  /** Each once, compared without case. */
  readonly discountCodes: readonly string[];
  readonly tipMinor: number;
  readonly note: string | null;
  /** Null: the default. */
  readonly fulfilment: Fulfilment | null;
}

export const noTerms: OrderTerms = {
  discountCodes: [],
  tipMinor: 0,
  note: null,
  fulfilment: null,
};

/** What a request states besides its lines; undefined: nothing. */
export type StatedTerms = {
  readonly [Name in keyof OrderTerms]: OrderTerms[Name] | undefined;
};

/** Returns the terms of an order: what is stated, and the others where nothing is. */
export function fillTerms(
  { discountCodes, tipMinor, note, fulfilment }: StatedTerms,
  others: OrderTerms = noTerms,
): OrderTerms {
  return {
    discountCodes: discountCodes ?? others.discountCodes,
    tipMinor: tipMinor ?? others.tipMinor,
    note: note === undefined ? others.note : note,
    fulfilment: fulfilment === undefined ? others.fulfilment : fulfilment,
  };
}

/**
 * A source of order lines for requests that do not name them, such as a cart. Both calls serve all requests of a batch
 * at once, in the placement's transaction and after the customers' rows are locked. A batch contains at most one
 * request per customer and source.
 */
export interface LineSource {
  readonly name: string;
  /** Returns the lines by customer id, with one entry for each customer. */
  read(tx: Transaction, customerIds: readonly string[]): Promise<ReadonlyMap<string, SourcedLines>>;
  /** Removes the lines that were read, because the orders of these customers are placed. */
  consume(tx: Transaction, customerIds: readonly string[]): Promise<void>;
  /** Returns the refusal of a request whose customer has no lines here. */
  empty(): CodedError;
}

/** The lines that a source has for a customer. */
export interface SourcedLines {
  readonly lines: readonly RequestedLine[];
  /** The products of the lines, read with them. */
  readonly offers: readonly OfferRow[];
  /** What applies where the request states nothing. */
  readonly terms: OrderTerms;
  /** Differs whenever lines or terms differ. */
  readonly version: number;
}

/** A key under which a request takes effect once: the Idempotency-Key or the clientToken. */
export interface OrderKey {
  /** What the key belongs to, as the first 128 bits of a SHA-256 hash in hexadecimal. */
  readonly scopeHash: string;
  /** The request that the key was sent with, likewise. */
  readonly requestHash: string;
  /** A clientToken is valid for as long as its order exists, an Idempotency-Key for 24 hours. */
  readonly isPermanent: boolean;
}

export interface PlacementRules extends PendingLimits {
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
  /** Minutes within which a placed order must be paid; 0: no deadline. */
  readonly expiryMinutes: number;
  /** The same of an order that a guest places. */
  readonly guestExpiryMinutes: number;
  /** Whether the prices of products, modifiers and charges contain their tax. */
  readonly pricesIncludeTax: boolean;
}

/** The rules on which quotes depend. */
export interface QuoteRules extends Omit<PlacementRules, 'expiryMinutes' | 'guestExpiryMinutes'> {
  /** Whether guests may order. */
  readonly guestCheckout: boolean;
}

/** A request for an order, after validation. */
export interface PlacementRequest {
  readonly customerId: string;
  /** The customer of this order, who has no account; null: they have one. */
  readonly guest: RequestedGuest | null;
  /** From where a customer with an account orders; null: it is not counted. */
  readonly network: string | null;
  /** A guest who orders is already the holder of the token of their order, which gets this id. */
  readonly caller: Caller;
  readonly cause: Cause;
  readonly keys: readonly OrderKey[];
  /** Accepted as QUEUED now; a worker places it. */
  readonly deferred: boolean;
  readonly lines: readonly RequestedLine[] | LineSource;
  /** Returns the refusal if this version of the source is not the requested one, or null. */
  readonly refuseVersion: (version: number) => CodedError | null;
  readonly expectedTotalMinor: number | null;
  /** What the request states, in preference to its source. */
  readonly terms: StatedTerms;
  readonly shippingAddress: string | null;
  /** Why it is placed even if the shop takes no such orders now; null: then it is not. */
  readonly overrideReason: string | null;
  readonly clientToken: string | null;
}

/** A guest before their order is placed. They have the `customerId` of the request. */
export interface RequestedGuest {
  readonly email: Email | null;
  /** Empty if unknown. */
  readonly name: string;
  /** E.164. */
  readonly phone: string | null;
  /** From where they order; null: staff place the order. */
  readonly network: string | null;
}

/** An order that was placed or queued, now or by an earlier request with the same key or token. */
export interface PlacedOrder {
  readonly id: string;
  readonly version: number;
  /** The order is only accepted; a worker will place it. */
  readonly queued: boolean;
  /** The order as the caller sees it, as JSON text. The same text is stored under the key and sent. */
  readonly body: string;
  readonly replayed: boolean;
}

/** The outcome of a placement for its caller. */
export interface PlacedReply extends PlacedOrder {
  /** The token of the order of a guest; null for other orders. */
  readonly orderToken: string | null;
}

export type PlacementOutcome =
  | { readonly kind: 'placed'; readonly order: PlacedOrder }
  | { readonly kind: 'refused'; readonly error: CodedError };

/** Returns what the orders of a requested guest have in common with others. */
export function toOrigin({ email, network }: RequestedGuest): GuestOrigin {
  return { emailKey: email?.key ?? null, network };
}

export function isLineSource(lines: PlacementRequest['lines']): lines is LineSource {
  return 'read' in lines;
}

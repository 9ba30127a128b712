import type { Transaction } from '../../../database/database.ts';
import type { Claim } from '../../../database/idempotency.ts';
import type { Caller, Cause } from '../../../shared/caller.ts';
import type { CodedError } from '../../../shared/errors.ts';

/** One line as it was asked for. The product by `sku` or `productId`; with both, they must name the same one. */
export interface RequestedLine {
  readonly sku?: string;
  readonly productId?: string;
  readonly quantity: number;
  /** The price that the client saw, in minor units; drift is refused. */
  readonly unitPriceMinor?: number;
}

/**
 * Where the lines of an order come from when the request does not name them: a cart. Both calls serve all requests of a
 * batch at once, inside the placement's transaction and after the customers' rows are locked. At most one request per
 * customer and source is in a batch.
 */
export interface LineSource {
  readonly name: string;
  /** By customer id, one for each of them. */
  read(tx: Transaction, customerIds: readonly string[]): Promise<ReadonlyMap<string, SourcedLines>>;
  /** The orders of these customers are placed: what was read is used up. */
  consume(tx: Transaction, customerIds: readonly string[]): Promise<void>;
  /** The refusal of a request whose customer has no lines here. */
  empty(): CodedError;
}

/** What a source holds for a customer. */
export interface SourcedLines {
  readonly lines: readonly RequestedLine[];
  /** Another one than before when the lines are others. */
  readonly version: number;
}

/** A `clientToken`, with SHA-256 over what the request asks for: what the token stands for. */
export interface ClientToken {
  readonly token: string;
  readonly requestHash: Buffer;
}

export interface PlacementRules {
  /** The shop's currency, ISO 4217. */
  readonly currency: string;
  /** Minutes that a placed order has to be paid; 0: no end. */
  readonly expiryMinutes: number;
  /** Open unpaid orders that a customer may have; 0: no limit. */
  readonly pendingMax: number;
}

/** A request for an order, after its shape was checked. */
export interface PlacementRequest {
  readonly customerId: string;
  readonly caller: Caller;
  readonly cause: Cause;
  readonly claim: Claim | null;
  /** The operation that asks, for the record of the clientToken. */
  readonly operation: string;
  /** Accepted as QUEUED now; a worker places it. */
  readonly deferred: boolean;
  readonly lines: readonly RequestedLine[] | LineSource;
  /** Why a source in this version is not what is asked for; null: it is. */
  readonly refuseVersion: (version: number) => CodedError | null;
  readonly expectedTotalMinor: number | null;
  readonly note: string | null;
  readonly shippingAddress: string | null;
  readonly clientToken: ClientToken | null;
}

/** An order that was placed or queued, now or by an earlier request with the same key or token. */
export interface PlacedOrder {
  readonly id: string;
  readonly version: number;
  /** It is only accepted: a worker will place it. */
  readonly queued: boolean;
  /** The order as the caller sees it, as JSON text: what is stored under the key is what is sent. */
  readonly body: string;
  readonly replayed: boolean;
}

export type PlacementOutcome =
  | { readonly kind: 'placed'; readonly order: PlacedOrder }
  | { readonly kind: 'refused'; readonly error: CodedError };

export function isLineSource(lines: PlacementRequest['lines']): lines is LineSource {
  return 'read' in lines;
}

/** For whom an order is. */
export interface Buyer {
  /** Null: a new customer. */
  readonly customerId: string | null;
  /**
   * Null: the customer has an account. A guest is a customer of one order, and what they ordered before nobody knows.
   */
  readonly guest: GuestOrigin | null;
}

/** What the orders of one guest have in common. Both are null for a guest whom staff entered without an address. */
export interface GuestOrigin {
  /** See `Email`. */
  readonly emailKey: string | null;
  /** From where it was ordered, see `clientNetwork`. Null: staff placed it. */
  readonly network: string | null;
}

/** How many open unpaid orders there may be; 0: any number. */
export interface PendingLimits {
  /** Of one customer, and of the guests of one e-mail address. */
  readonly pendingMax: number;
  /** Of the guests of one network. */
  readonly networkPendingMax: number;
}

export const noLimits: PendingLimits = { pendingMax: 0, networkPendingMax: 0 };

/** Open unpaid orders, by what limits them (`emailCount`, `networkCount`, or the id of a customer with an account). */
export type PendingCounts = ReadonlyMap<string, number>;

export const emailCount = (emailKey: string) => `email ${emailKey}`;
export const networkCount = (network: string) => `network ${network}`;

/** Returns what counts the open unpaid orders of a buyer, with its limit. */
function listLimits(
  { customerId, guest }: Buyer,
  { pendingMax, networkPendingMax }: PendingLimits,
): readonly (readonly [name: string, max: number])[] {
  if (guest === null) return customerId === null ? [] : [[customerId, pendingMax]];
  const { emailKey, network } = guest;
  return [
    ...(emailKey === null ? [] : [[emailCount(emailKey), pendingMax] as const]),
    ...(network === null ? [] : [[networkCount(network), networkPendingMax] as const]),
  ];
}

/** Returns whether a buyer may have no further open unpaid order. */
export function isAtLimit(buyer: Buyer, limits: PendingLimits, pending: PendingCounts): boolean {
  return listLimits(buyer, limits).some(
    ([name, max]) => max > 0 && (pending.get(name) ?? 0) >= max,
  );
}

/** Counts a further open unpaid order of a buyer. */
export function countPendingOrder(
  buyer: Buyer,
  limits: PendingLimits,
  pending: Map<string, number>,
): void {
  for (const [name] of listLimits(buyer, limits)) pending.set(name, (pending.get(name) ?? 0) + 1);
}

import { sumMinor } from '../../../shared/money.ts';

/** For whom an order is. */
export interface Buyer {
  /** Null: a new customer. */
  readonly customerId: string | null;
  /**
   * Null: the customer has an account. A guest is a customer of one order, and what they ordered before nobody knows.
   */
  readonly guest: GuestOrigin | null;
  /** From where a customer with an account orders, see `findPublicNetwork`. Null or left out: it is not counted. */
  readonly network?: string | null;
}

/** What the orders of one guest have in common. Both are null for a guest whom staff entered without an address. */
export interface GuestOrigin {
  /** See `Email`. */
  readonly emailKey: string | null;
  /** From where it was ordered, see `clientNetwork`. Null: staff placed it. */
  readonly network: string | null;
}

/** What there may be of open unpaid orders; 0: any number. */
export interface PendingLimits {
  /** Orders of one customer, and of the guests of one e-mail address. */
  readonly pendingMax: number;
  /** Orders of the guests of one network. */
  readonly networkPendingMax: number;
  /** Units of stock of one customer, of the guests of one e-mail address, and of everyone at one network. */
  readonly heldUnitsMax: number;
  /** The value of their orders, likewise. */
  readonly heldValueMaxMinor: number;
}

export const noLimits: PendingLimits = {
  pendingMax: 0,
  networkPendingMax: 0,
  heldUnitsMax: 0,
  heldValueMaxMinor: 0,
};

/** What an order holds until it is paid. */
export interface HeldGoods {
  /** Of stock, also those of modifiers. */
  readonly units: number;
  readonly valueMinor: number;
}

/** Open unpaid orders, and what they hold together. */
export interface UnpaidOrders extends HeldGoods {
  readonly orders: number;
}

const none: UnpaidOrders = { orders: 0, units: 0, valueMinor: 0 };

/**
 * Open unpaid orders, by what limits them (`emailCount`, `networkCount`, `accountsCount`, or the id of a customer with
 * an account).
 */
export type PendingCounts = ReadonlyMap<string, UnpaidOrders>;

export const emailCount = (emailKey: string) => `email ${emailKey}`;
/** Of the guests of a network. */
export const networkCount = (network: string) => `network ${network}`;
/** Of the customers with an account at a network. */
export const accountsCount = (network: string) => `accounts ${network}`;

export function hasHeldLimit({ heldUnitsMax, heldValueMaxMinor }: PendingLimits): boolean {
  return heldUnitsMax > 0 || heldValueMaxMinor > 0;
}

/** Returns what counts the open unpaid orders of a buyer, with the limit of their number. */
function listLimits(
  { customerId, guest, network = null }: Buyer,
  { pendingMax, networkPendingMax }: PendingLimits,
): readonly (readonly [name: string, ordersMax: number])[] {
  if (guest === null) {
    return [
      ...(customerId === null ? [] : [[customerId, pendingMax] as const]),
      ...(network === null ? [] : [[accountsCount(network), 0] as const]),
    ];
  }
  return [
    ...(guest.emailKey === null ? [] : [[emailCount(guest.emailKey), pendingMax] as const]),
    ...(guest.network === null ? [] : [[networkCount(guest.network), networkPendingMax] as const]),
  ];
}

/** Returns whether a buyer may have no further open unpaid order. */
export function isAtLimit(buyer: Buyer, limits: PendingLimits, pending: PendingCounts): boolean {
  return listLimits(buyer, limits).some(
    ([name, max]) => max > 0 && (pending.get(name) ?? none).orders >= max,
  );
}

/** An order with which its buyer, or everyone at their network, would hold too much. */
export interface HeldRefusal {
  readonly kind: 'held_limit';
  readonly holder: 'customer' | 'network';
  readonly measure: 'units' | 'value';
  /** Units, or minor units of the currency. */
  readonly limit: number;
  /** Before the order. */
  readonly held: number;
  /** Of the order. */
  readonly requested: number;
}

/** Returns why a buyer may not hold the goods of an order until it is paid, or null if they may. */
export function findHeldRefusal(
  buyer: Buyer,
  limits: PendingLimits,
  pending: PendingCounts,
  { units, valueMinor }: HeldGoods,
): HeldRefusal | null {
  if (!hasHeldLimit(limits)) return null;
  for (const [holder, names] of listHolders(buyer)) {
    const counts = names.map((name) => pending.get(name) ?? none);
    const checks = [
      ['units', limits.heldUnitsMax, sum(counts.map((count) => count.units)), units],
      [
        'value',
        limits.heldValueMaxMinor,
        sumMinor(counts.map((count) => count.valueMinor)),
        valueMinor,
      ],
    ] as const;
    for (const [measure, limit, held, requested] of checks) {
      if (limit > 0 && held + requested > limit) {
        return { kind: 'held_limit', holder, measure, limit, held, requested };
      }
    }
  }
  return null;
}

/** Returns who holds the goods of a buyer, with the counts of what they hold. */
function listHolders({
  customerId,
  guest,
  network = null,
}: Buyer): readonly (readonly [HeldRefusal['holder'], readonly string[]])[] {
  const own = guest === null ? customerId : guest.emailKey && emailCount(guest.emailKey);
  const place = guest === null ? network : guest.network;
  return [
    ['customer', own === null ? [] : [own]],
    ...(place === null ? [] : [['network', [networkCount(place), accountsCount(place)]] as const]),
  ];
}

/** Counts a further open unpaid order of a buyer. */
export function countPendingOrder(
  buyer: Buyer,
  limits: PendingLimits,
  pending: Map<string, UnpaidOrders>,
  { units, valueMinor }: HeldGoods,
): void {
  for (const [name] of listLimits(buyer, limits)) {
    const before = pending.get(name) ?? none;
    pending.set(name, {
      orders: before.orders + 1,
      units: before.units + units,
      valueMinor: sumMinor([before.valueMinor, valueMinor]),
    });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

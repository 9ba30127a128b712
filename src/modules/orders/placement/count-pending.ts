import type { Queryable } from '../../../database/statement.ts';
import {
  accountsCount,
  type Buyer,
  emailCount,
  hasHeldLimit,
  networkCount,
  type PendingCounts,
  type PendingLimits,
} from './buyer.ts';
import { countPending, countPendingElsewhere } from './queries.ts';

/** Whose open unpaid orders are limited, each once. */
export interface LimitedBuyers {
  /** Customers with an account. */
  readonly customerIds: readonly string[];
  /** The e-mail addresses of guests. */
  readonly emailKeys: readonly string[];
  /** The networks of guests, and those of accounts if what they hold is limited. */
  readonly networks: readonly string[];
}

/** Returns those of the buyers that have a limit. */
export function listLimited(limits: PendingLimits, buyers: readonly Buyer[]): LimitedBuyers {
  const isHeldLimited = hasHeldLimit(limits);
  const limitsCustomers = limits.pendingMax > 0 || isHeldLimited;
  const limitsGuestNetworks = limits.networkPendingMax > 0 || isHeldLimited;
  const ids = buyers.flatMap(({ customerId, guest }) => (guest === null ? (customerId ?? []) : []));
  const guests = buyers.flatMap(({ guest }) => guest ?? []);
  const networks = [
    ...(limitsGuestNetworks ? guests.flatMap(({ network }) => network ?? []) : []),
    ...(isHeldLimited ? buyers.flatMap(({ network }) => network ?? []) : []),
  ];
  return {
    customerIds: limitsCustomers ? [...new Set(ids)] : [],
    emailKeys: limitsCustomers
      ? [...new Set(guests.flatMap(({ emailKey }) => emailKey ?? []))]
      : [],
    networks: [...new Set(networks)],
  };
}

/** Counts the open unpaid orders of these buyers. Exact if they are locked. Without any it reads nothing. */
export async function readPendingCounts(
  db: Queryable,
  { customerIds, emailKeys, networks }: LimitedBuyers,
): Promise<PendingCounts> {
  const [customers, others] = await Promise.all([
    customerIds.length === 0 ? [] : countPending(db, customerIds),
    emailKeys.length + networks.length === 0 ? [] : countPendingElsewhere(db, emailKeys, networks),
  ]);
  return new Map([
    ...customers.map(({ customerId, ...counts }) => [customerId, counts] as const),
    ...others.map(({ counted, name, ...counts }) => [names[counted](name), counts] as const),
  ]);
}

const names = { email: emailCount, network: networkCount, accounts: accountsCount } as const;

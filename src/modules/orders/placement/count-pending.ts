import type { Queryable } from '../../../database/statement.ts';
import {
  type Buyer,
  emailCount,
  networkCount,
  type PendingCounts,
  type PendingLimits,
} from './buyer.ts';
import { countGuestPending, countPending } from './queries.ts';

/** Whose open unpaid orders are limited, each once. */
export interface LimitedBuyers {
  /** Customers with an account. */
  readonly customerIds: readonly string[];
  /** The e-mail addresses of guests. */
  readonly emailKeys: readonly string[];
  /** The networks of guests. */
  readonly networks: readonly string[];
}

/** Returns those of the buyers that have a limit. */
export function listLimited(
  { pendingMax, networkPendingMax }: PendingLimits,
  buyers: readonly Buyer[],
): LimitedBuyers {
  const ids = buyers.flatMap(({ customerId, guest }) => (guest === null ? (customerId ?? []) : []));
  const guests = buyers.flatMap(({ guest }) => guest ?? []);
  const emailKeys = guests.flatMap(({ emailKey }) => emailKey ?? []);
  const networks = guests.flatMap(({ network }) => network ?? []);
  return {
    customerIds: pendingMax === 0 ? [] : [...new Set(ids)],
    emailKeys: pendingMax === 0 ? [] : [...new Set(emailKeys)],
    networks: networkPendingMax === 0 ? [] : [...new Set(networks)],
  };
}

/** Counts the open unpaid orders of these buyers. Exact if they are locked. Without any it reads nothing. */
export async function readPendingCounts(
  db: Queryable,
  { customerIds, emailKeys, networks }: LimitedBuyers,
): Promise<PendingCounts> {
  const [customers, guests] = await Promise.all([
    customerIds.length === 0 ? [] : countPending(db, customerIds),
    emailKeys.length + networks.length === 0 ? [] : countGuestPending(db, emailKeys, networks),
  ]);
  const counts = new Map(customers.map(({ customerId, count }) => [customerId, count]));
  for (const { emailKey, network, count } of guests) {
    counts.set(network === null ? emailCount(emailKey!) : networkCount(network), count);
  }
  return counts;
}

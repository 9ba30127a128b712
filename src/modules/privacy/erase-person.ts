import { bringAuditIntoForm } from '../../audit/index.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import { bringEventsIntoForm } from '../../events/index.ts';
import type { RequestContext } from '../../http/index.ts';
import type { UserCaller } from '../../shared/caller.ts';
import { invalidInput } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { type Accounts, accountsErrors } from '../accounts/index.ts';
import { findOpenOrders, findOrderStates, lockOrdersToErase } from '../orders/index.ts';
import { findUnsettledOrders } from '../payments/index.ts';
import type { Person, PersonalDataPart } from '../personal-data.ts';
import { findPerson } from './find-person.ts';
import { findErasure, markErased } from './queries.ts';
import { recordErasure } from './record-erasure.ts';

/** So many of the orders that block an erasure are named. */
const BLOCKING_MAX = 100;

export interface ErasePerson {
  readonly reason: string;
  readonly keys: 'end' | 'take' | undefined;
}

/** An erased person. Ids and counts only: it is kept as the reply of a request. */
export interface Erased {
  readonly userId: string;
  readonly erasedAt: string;
  /** The API keys that ended with it. */
  readonly endedKeyIds: readonly string[];
}

export interface EraseDependencies {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'lockPerson'>;
  /** In the order in which they erase. */
  readonly parts: readonly PersonalDataPart[];
}

/** As `Privacy.erasePerson`. */
export async function erasePerson(
  { database, accounts, parts }: EraseDependencies,
  context: RequestContext,
  caller: UserCaller,
  id: string,
  { reason, keys }: ErasePerson,
): Promise<Once<Erased>> {
  // What servers of an earlier version wrote about people as text is erased by destroying their keys only in the new form.
  const { signal } = new AbortController();
  await bringEventsIntoForm(database, signal);
  await bringAuditIntoForm(database, signal);
  return once(database, context.claim, async (tx) => {
    const fate = keys === 'take' ? { takenBy: caller.id } : keys;
    const locked = await accounts.lockPerson(tx, context, { id, byId: caller.id, keys: fate });
    const [before] = await findErasure(tx, id);
    if (before !== undefined && before.erasedAt !== null) {
      return { userId: id, erasedAt: before.erasedAt.toISOString(), endedKeyIds: [] };
    }
    requireImpersonal(reason, locked.identifiers);
    const person = (await findPerson(tx, id))!;
    await requireSettled(tx, person);
    for (const part of parts) await part.erase(tx, person, context);
    const [marked] = await markErased(tx, person.userIds);
    await recordErasure(tx, context, person, reason);
    const erasedAt = marked!.erasedAt.toISOString();
    return { userId: id, erasedAt, endedKeyIds: locked.endedKeyIds };
  });
}

/** Throws `request.invalid` for a reason that says who the person is: it stays. */
function requireImpersonal(reason: string, identifiers: readonly string[]): void {
  const words = toWords(reason);
  if (identifiers.some((identifier) => words.includes(toWords(identifier)))) {
    throw invalidInput('/reason', 'It stays in the audit, so it must not say who the person is.');
  }
}

/** Returns the words of a text in lower case, with a space before and after each. */
function toWords(text: string): string {
  return ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `;
}

/** Locks the orders. Throws `accounts.erasure_blocked` while an order is open, or money has to go back. */
async function requireSettled(tx: Transaction, { orderIds }: Person): Promise<void> {
  // Staff may open an order again, and providers report money, under the lock of the order alone.
  await lockOrdersToErase(tx, orderIds);
  const open = await findOpenOrders(tx, orderIds);
  const unsettled = await findUnsettledOrders(tx, orderIds);
  const openIds = new Set(open.map(({ id }) => id));
  const others = unsettled.flatMap(({ orderId }) => (openIds.has(orderId) ? [] : orderId));
  const count = open.length + others.length;
  if (count === 0) return;
  const rest = others.slice(0, Math.max(0, BLOCKING_MAX - open.length));
  const orders = [...open.slice(0, BLOCKING_MAX), ...(await findOrderStates(tx, rest))];
  throw new CodedError(accountsErrors.erasureBlocked, { extensions: { orders, count } });
}

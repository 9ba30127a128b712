import { bringAuditIntoForm } from '../../audit/index.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { bringEventsIntoForm } from '../../events/index.ts';
import type { Author } from '../../shared/caller.ts';
import type { Accounts } from '../accounts/index.ts';
import { findOpenOrders, lockOrdersToErase, type OpenOrderRow } from '../orders/index.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { findPerson } from './find-person.ts';
import { findErasure, markErased } from './queries.ts';
import { recordErasure } from './record-erasure.ts';

const REASON = 'They had been erased after the backup that was restored.';

/** What became of people who had been erased before. */
export interface ErasedAgain {
  /** How many were erased now. */
  readonly count: number;
  /** How many the database does not know, or only as erased. */
  readonly unknownCount: number;
  /** Orders of them that have not ended: after the backup they had. */
  readonly openOrders: readonly OpenOrderRow[];
}

export interface EraseAgainDependencies {
  readonly database: Database;
  readonly accounts: Pick<Accounts, 'endKeysOf'>;
  /** In the order in which they erase. */
  readonly parts: readonly PersonalDataPart[];
}

/** As `Privacy.eraseAgain`. */
export async function eraseAgain(
  dependencies: EraseAgainDependencies,
  author: Author,
  ids: readonly string[],
): Promise<ErasedAgain> {
  const { database } = dependencies;
  const { signal } = new AbortController();
  await bringEventsIntoForm(database, signal);
  await bringAuditIntoForm(database, signal);
  const openOrders: OpenOrderRow[] = [];
  let count = 0;
  for (const id of ids) {
    const open = await database.transaction((tx) => eraseOne(dependencies, tx, author, id));
    if (open === null) continue;
    count += 1;
    openOrders.push(...open);
  }
  return { count, unknownCount: ids.length - count, openOrders };
}

/** Returns the orders that are open; null if there is nobody to erase. */
async function eraseOne(
  { accounts, parts }: EraseAgainDependencies,
  tx: Transaction,
  author: Author,
  id: string,
): Promise<readonly OpenOrderRow[] | null> {
  const person = await findPerson(tx, id);
  const [before] = await findErasure(tx, id);
  const isErased = before !== undefined && before.erasedAt !== null;
  if (person === null || isErased) return null;
  await accounts.endKeysOf(tx, author, id);
  await lockOrdersToErase(tx, person.orderIds);
  const open = await findOpenOrders(tx, person.orderIds);
  const scope = { ...person, openToo: true };
  for (const part of parts) await part.erase(tx, scope, author);
  await markErased(tx, person.userIds);
  await recordErasure(tx, author, person, REASON);
  return open;
}

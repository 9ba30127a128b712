import type { Transaction } from '../database/database.ts';
import type { Queryable } from '../database/statement.ts';
import type { Author } from '../shared/caller.ts';

/**
 * Somebody whose data is given out or erased: one with an account, together with the guests that are the same person, or
 * a single guest. Guests of the account's address belong to it only if that address is proven: otherwise anyone could
 * sign up with a stranger's address and take their orders.
 */
export interface Person extends ErasureScope {
  /** The id of the account or of the guest, the first one of `userIds`. */
  readonly id: string;
}

/** What is erased together: one person, or the orders of many that are kept no longer, with their guests. */
export interface ErasureScope {
  /** Accounts and guests. */
  readonly userIds: readonly string[];
  /** The key of the address of the account, if that is proven. What a guest stated may be somebody else's. */
  readonly emailKeys: readonly string[];
  /** Orders; of a person all of them, as customer or guest, oldest first. */
  readonly orderIds: readonly string[];
  /** Whether orders that are open are forgotten, too: those of a restored backup, which had ended after it. */
  readonly openToo?: boolean;
}

/** Lists by their name, each read in pages while it is sent. */
export type PersonalLists = Readonly<Record<string, AsyncIterable<object>>>;

/** What one owner of tables keeps of people: a module, or a part below the modules. */
export interface PersonalDataPart {
  /** Its member in the document of a person's data. */
  readonly name: string;
  /**
   * Returns everything in its tables that is about the person, and nothing secret or about others. Staff who did something
   * are named by their role.
   */
  collect(db: Queryable, person: Person): PersonalLists;
  /**
   * Erases it in the transaction that erases the person, under the locks of all of these rows of `users`. What this process
   * has in memory is forgotten by `tx.afterCommit`. Erasing once more does no harm, and erases what has come in since.
   */
  erase(tx: Transaction, scope: ErasureScope, author: Author): Promise<void>;
}

import type { Database, Transaction } from '../database.ts';
import type { Queryable } from '../statement.ts';

/** A table with secrets that are encrypted under a key of ENCRYPTION_KEY, as soon as one is in force. */
export interface EncryptedTable {
  readonly name: string;
  /** Returns the ids of the keys that its rows need, each once; null stands for secrets in clear. */
  listKeyIds(db: Queryable): Promise<readonly (string | null)[]>;
  /**
   * Encrypts secrets under the key that encrypts now, in at most `limit` rows in which they are in clear or under another key that
   * this process has. Returns a row for each. Leaves out what changes meanwhile: a later run finds it.
   */
  encryptAnew(db: Database, limit: number): Promise<readonly unknown[]>;
  /** Gives up what is encrypted under a key. Returns in how many rows. */
  forget(tx: Transaction, keyId: string): Promise<number>;
}

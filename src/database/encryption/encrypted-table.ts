import type { Database, Transaction } from '../database.ts';
import type { Queryable } from '../statement.ts';

/** A table with secrets that are encrypted under a key of ENCRYPTION_KEY, as soon as one is in force. */
export interface EncryptedTable {
  /** What its secrets are, for people: `keys of personal data`. */
  readonly what: string;
  /** Returns the ids of the keys under which its secrets are encrypted, each once; null stands for secrets in clear. */
  listKeyIds(db: Queryable): Promise<readonly (string | null)[]>;
  /** Returns in how many rows a secret is encrypted under a key. */
  countUnder(db: Queryable, keyId: string): Promise<number>;
  /**
   * Encrypts secrets under the key that encrypts now, in at most `limit` rows in which they are in clear or under another key that
   * this process has. Returns a row for each. Leaves out what changes meanwhile: a later run finds it.
   */
  encryptAnew(db: Database, limit: number): Promise<readonly unknown[]>;
  /** Gives up what is encrypted under a key. Returns in how many rows. */
  forget(tx: Transaction, keyId: string): Promise<number>;
}

import { after } from 'node:test';
import { createDatabase, type Database } from '../../src/database/database.ts';
import { createKeyRing } from '../../src/database/key-ring.ts';
import { constraintErrors } from '../../src/main/tables/constraint-errors.ts';
import { until } from './until.ts';

/** The key of the tests' databases and servers. */
export const TEST_ENCRYPTION_KEY = '50Y9q1TRHDhzXjnIHz/bbjZFUtQsXJhvkdd7Cxga3E7xccNv';

/** Creates the ring of a test's database. It encrypts once a server has put the key in force. */
export const createTestKeyRing = () => createKeyRing([TEST_ENCRYPTION_KEY]);

/** Puts the first key of a database's ring in force at once. */
export async function putKeyInForce({ keyRing, run }: Database): Promise<void> {
  const [id] = keyRing.ids;
  // While several servers start in one process, a connection may take longer than it may.
  await until(() =>
    run(
      'test.put_key_in_force',
      `insert into encryption_keys (id, encrypts_from)
       values ($1::text, now())
       on conflict (id) do update set encrypts_from = least(encryption_keys.encrypts_from, now())`,
      [id],
    ),
  );
  keyRing.use(id!);
}

/** Opens a database as a process does whose ENCRYPTION_KEY contains these keys. None encrypts yet. Closed after the file. */
export function openWithKeys(url: string, keys: readonly string[]): Database {
  const keyRing = createKeyRing(keys);
  const database = createDatabase({ url, poolMax: 10, constraints: constraintErrors, keyRing });
  after(() => database.close());
  return database;
}

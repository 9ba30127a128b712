import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/database/database.ts';
import {
  computeRoot,
  countRows,
  createSealKeys,
  findSealedRows,
  hashSeal,
  listSeals,
  NO_SEAL,
  readRows,
  type Seal,
  type SealKeys,
} from '../../src/seals/index.ts';

export const newSealKey = () => randomBytes(32).toString('base64');
export const newSealKeys = (): SealKeys => createSealKeys([newSealKey()]);

const ALL = 1_000_000;

/**
 * Asserts that the seals are one chain, signed by these keys, that each answers for the rows as they are now, and that together they
 * answer for all rows of both logs. Returns them.
 */
export async function assertAllSealed(database: Database, keys: SealKeys): Promise<Seal[]> {
  const seals = await listSeals(database, 0, ALL);
  const ends = { events: 0, audit: 0 };
  let previous = NO_SEAL;
  for (const [index, seal] of seals.entries()) {
    assert.equal(seal.number, index + 1);
    assert.equal(seal.previous, previous);
    assert.equal(hashSeal(seal), seal.hash);
    assert.ok(keys.verify(seal.hash, seal.signature), `seal ${seal.number}`);
    const { format, log, last } = seal;
    const sealed = await findSealedRows(database, seal.number);
    assert.equal(countRows(sealed!), seal.rows);
    assert.equal(computeRoot(sealed!), seal.root);
    const now = await readRows(database, { format, log, after: ends[log], upTo: last, limit: ALL });
    assert.ok(now.equals(sealed!), `the rows of seal ${seal.number}`);
    assert.equal(seal.last, last);
    ends[log] = last;
    previous = seal.hash;
  }
  for (const log of ['events', 'audit'] as const) {
    const range = { format: 1, log, after: ends[log], upTo: Number.MAX_SAFE_INTEGER, limit: 1 };
    assert.equal(countRows(await readRows(database, range)), 0, `${log} has rows without a seal`);
  }
  return seals;
}

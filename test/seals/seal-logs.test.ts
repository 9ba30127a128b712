import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  computeRoot,
  countRows,
  createSealKeys,
  findSealedRows,
  hashSeal,
  listSeals,
  NO_SEAL,
  readRows,
  sealLogs,
} from '../../src/seals/index.ts';
import { testDatabase } from '../support/database.ts';
import { append, namedFact } from '../support/log.ts';

const { database } = await testDatabase({ invariants: false });
const keys = createSealKeys([randomBytes(32).toString('base64')]);
const never = new AbortController().signal;

test('seals everything that was committed', async () => {
  await append(database, namedFact('a'), namedFact('b'), namedFact('"\\\u0001é\u2028'));
  const report = await sealLogs({ database, keys }, never);
  assert.deepEqual(report.rows, { events: 3, audit: 0 });
  await append(database, ...Array.from({ length: 5_000 }, (_, n) => namedFact(String(n))));
  assert.equal((await sealLogs({ database, keys }, never)).seals, 2);
  let previous = NO_SEAL;
  let after = 0;
  for (const seal of await listSeals(database, 0, 10)) {
    assert.equal(seal.previous, previous);
    assert.equal(hashSeal(seal), seal.hash);
    assert.ok(keys.verify(seal.hash, seal.signature));
    const list = (await findSealedRows(database, seal.number))!;
    assert.equal(countRows(list), seal.rows);
    assert.equal(computeRoot(list), seal.root);
    const now = await readRows(database, { ...seal, after, upTo: seal.last, limit: 10_000 });
    assert.ok(now.equals(list));
    previous = seal.hash;
    after = seal.last;
  }
});

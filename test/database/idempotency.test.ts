import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDatabase } from '../../src/database/database.ts';
import { type Claim, once } from '../../src/database/idempotency.ts';
import { claimKey, purgeKeys } from '../../src/database/queries.ts';
import { canonicalJson, sha256 } from '../../src/shared/canonical-json.ts';
import { requestErrors } from '../../src/shared/common-errors.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { newId } from '../../src/shared/ids.ts';
import { createTestTable, testDatabase } from '../support/database.ts';
import { query } from '../support/until.ts';

const { database, owner, url } = await testDatabase();
await createTestTable(owner, 'create table effects (id uuid primary key, note text not null)');

const callerId = newId();
let keys = 0;

function newClaim(body: unknown = {}): Claim {
  keys += 1;
  return claimFor(`key-${keys}`, body);
}

function claimFor(key: string, body: unknown): Claim {
  return {
    scopeHash: sha256(callerId, 'POST', '/api/things', key),
    requestHash: sha256(canonicalJson(body)),
    key,
    callerId,
    operation: 'makeThing',
  };
}

/** Creates a row and returns it, as a use case does. */
function createEffect(claim: Claim | null, note = 'made') {
  return once(database, claim, async (tx) => {
    const id = newId();
    await tx.run('test.make', 'insert into effects (id, note) values ($1::uuid, $2::text)', [
      id,
      note,
    ]);
    return { id, note };
  });
}

async function countEffects(note: string): Promise<unknown> {
  const [row] = await query(url, 'select count(*)::int as n from effects where note = $1', [note]);
  return row?.n;
}

test('fifty parallel calls with one key do the work once and get the same result', async () => {
  const claim = newClaim();
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () => createEffect(claim, 'parallel')),
  );
  assert.equal(await countEffects('parallel'), 1);
  assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
  assert.equal(new Set(outcomes.map(({ result }) => result.id)).size, 1);
});

test('without a key every call does its work', async () => {
  const [first, second] = [
    await createEffect(null, 'keyless'),
    await createEffect(null, 'keyless'),
  ];
  assert.notEqual(first.result.id, second.result.id);
  assert.equal(await countEffects('keyless'), 2);
});

test('a refused request can be tried again with the same key', async () => {
  const claim = newClaim();
  const refused = once(database, claim, async (tx) => {
    await tx.run('test.make', 'insert into effects (id, note) values ($1::uuid, $2::text)', [
      newId(),
      'refused',
    ]);
    throw new CodedError(requestErrors.invalid);
  });
  await assert.rejects(refused, { code: 'request.invalid' });
  assert.equal(await countEffects('refused'), 0);
  assert.equal((await createEffect(claim, 'refused')).replayed, false);
  assert.equal(await countEffects('refused'), 1);
});

test('a refusal while others wait lets one of them do the work', async () => {
  const claim = newClaim();
  let refusals = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, () =>
      once(database, claim, async (tx) => {
        if (refusals === 0) {
          refusals += 1;
          throw new CodedError(requestErrors.invalid);
        }
        await tx.run('test.make', 'insert into effects (id, note) values ($1::uuid, $2::text)', [
          newId(),
          'second try',
        ]);
        return {};
      }),
    ),
  );
  assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 1);
  assert.equal(await countEffects('second try'), 1);
});

test('another body with the same key is refused', async () => {
  await createEffect(claimFor('reused', { quantity: 1 }), 'reused');
  await assert.rejects(createEffect(claimFor('reused', { quantity: 2 }), 'reused'), {
    code: 'idempotency.key_reused',
  });
  assert.equal((await createEffect(claimFor('reused', { quantity: 1 }), 'reused')).replayed, true);
  assert.equal(await countEffects('reused'), 1);
});

test('the order of members does not change a body', async () => {
  await createEffect(claimFor('order', { a: 1, b: { c: 2, d: 3 } }), 'member order');
  const again = await createEffect(claimFor('order', { b: { d: 3, c: 2 }, a: 1 }), 'member order');
  assert.equal(again.replayed, true);
});

test('an expired key can be used again, even with another body', async () => {
  const first = await createEffect(claimFor('expired', { quantity: 1 }), 'expired');
  await query(
    url,
    `update idempotency_keys set expires_at = now() - interval '1 minute' where scope_hash = $1`,
    [claimFor('expired', {}).scopeHash],
  );
  const second = await createEffect(claimFor('expired', { quantity: 2 }), 'expired');
  assert.equal(second.replayed, false);
  assert.notEqual(second.result.id, first.result.id);
});

test('a key whose effect was never stored is refused as in flight', async () => {
  const claim = newClaim();
  await claimKey(database, claim.scopeHash, claim.requestHash, callerId, claim.operation);
  await assert.rejects(createEffect(claim), (error: unknown) => {
    assert.ok(error instanceof CodedError);
    assert.equal(error.code, 'idempotency.in_flight');
    assert.equal(error.details.headers?.['Retry-After'], '1');
    return true;
  });
  await query(url, 'delete from idempotency_keys where scope_hash = $1', [claim.scopeHash]);
});

test('a repeat that waits too long for the first is refused as in flight', async () => {
  const hasty = createDatabase({ url, poolMax: 1, constraints: {}, statementTimeoutMs: 100 });
  const claim = newClaim();
  const [started, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = once(database, claim, async (tx) => {
    started.resolve();
    await finish.promise;
    const id = newId();
    await tx.run('test.make', 'insert into effects (id, note) values ($1::uuid, $2::text)', [
      id,
      'slow',
    ]);
    return { id };
  });
  await started.promise;
  const repeat = () => once(hasty, claim, async () => assert.fail('the work was done twice'));
  await assert.rejects(repeat(), { code: 'idempotency.in_flight' });
  finish.resolve();
  const { result } = await first;
  assert.deepEqual(await repeat(), { result, replayed: true });
  await hasty.close();
});

test('purging removes the expired keys and no others', async () => {
  const [old, live] = [newClaim(), newClaim()];
  await createEffect(old, 'purge');
  await createEffect(live, 'purge');
  await query(
    url,
    `update idempotency_keys set expires_at = now() - interval '1 minute' where scope_hash = $1`,
    [old.scopeHash],
  );
  const purged = await purgeKeys(database, 1_000);
  assert.deepEqual(
    purged.map(({ scopeHash }) => scopeHash.toString('hex')),
    [old.scopeHash.toString('hex')],
  );
  assert.equal((await createEffect(live, 'purge')).replayed, true);
});

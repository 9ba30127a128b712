import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AnchorError,
  createSealKeys,
  listSeals,
  parseAnchor,
  type Seal,
  type SealKeys,
  verifyLog,
} from '../../../src/seals/index.ts';
import { createSealedLog, LOWER_RECORD } from '../../support/sealed-log.ts';
import { newSealKey } from '../../support/seals.ts';

const log = await createSealedLog();
const seals = await listSeals(log.database, 0, 10);

async function verify(anchor: readonly Seal[], keys: SealKeys = log.keys) {
  const found = await verifyLog(log.database, {
    keys,
    anchor: (async function* () {
      yield anchor;
    })(),
  });
  return { findings: found.findings, anchor: found.anchor };
}

const proven = (number: number) => {
  const { at } = seals[number - 1]!;
  return { number, at };
};

test('an anchor proves everything up to its newest seal, in whatever order it is', async () => {
  assert.deepEqual(await verify(seals.slice(0, 4).toReversed()), {
    findings: [],
    anchor: { seals: 4, newest: proven(4) },
  });
  assert.deepEqual((await verify([seals[2]!])).anchor, { seals: 1, newest: proven(3) });
});

test('a cut off end of which the database has no record is found only by an anchor', async () => {
  const [event, row] = await Promise.all([log.listRows('events'), log.listRows('audit')]);
  await log.tamper(
    `delete from log_seals where number > 4;
     ${LOWER_RECORD};
     delete from events where position > ${event[7]!.position};
     delete from audit where position > ${row[7]!.position}`,
    async () => {
      assert.equal((await verifyLog(log.database, { keys: log.keys })).whole, true);
      assert.deepEqual(await verify(seals), {
        findings: [{ kind: 'cut_off', seal: 6, at: seals[5]!.at, end: 4 }],
        anchor: { seals: 6, newest: proven(4) },
      });
      // An older anchor cannot know.
      assert.deepEqual((await verify(seals.slice(0, 4))).findings, []);
      // New rows and seals do not hide it.
      await log.write(2);
      await log.seal();
      assert.deepEqual((await verify(seals)).findings, [
        { kind: 'sealed_anew', seal: 5, at: seals[4]!.at, known: true },
      ]);
    },
  );
});

test('rows that were altered and sealed anew with the key are found by an anchor', async () => {
  await log.tamper(
    `update events set reason = 'x' where position = ${(await log.listRows('events'))[5]!.position};
     delete from log_seals where number >= 3;
     ${LOWER_RECORD}`,
    async () => {
      await log.seal();
      assert.equal((await verifyLog(log.database, { keys: log.keys })).whole, true);
      assert.deepEqual(
        (await verify(seals)).findings,
        [
          { kind: 'cut_off', seal: 6, at: seals[5]!.at, end: 4 },
          { kind: 'sealed_anew', seal: 3, at: seals[2]!.at, known: true },
        ].toSorted((one, other) => one.seal - other.seal),
      );
    },
  );
});

test('everything sealed anew with a key of their own is found by an anchor', async () => {
  const other = createSealKeys([newSealKey()]);
  await log.tamper(`delete from log_seals; ${LOWER_RECORD}`, async () => {
    await log.seal(other);
    assert.deepEqual((await verify(seals.slice(0, 1), other)).findings, [
      { kind: 'sealed_anew', seal: 1, at: seals[0]!.at, known: false },
    ]);
  });
});

test('a seal that was removed or renumbered is not called sealed anew', async () => {
  await log.tamper('delete from log_seals where number = 3', async () => {
    const kinds = (await verify(seals)).findings.map(({ kind }) => kind);
    assert.deepEqual(kinds, ['seal_missing', 'rows_unproven']);
  });
  await log.tamper('update log_seals set number = 7 where number = 6', async () => {
    assert.deepEqual(await verify(seals), {
      findings: [{ kind: 'seal_renumbered', seal: 7, was: 6 }],
      anchor: { seals: 6, newest: proven(6) },
    });
  });
});

test('an anchor is a seal, a reply of the API, the message of a webhook, or an array', () => {
  const [seal, next] = [seals[0]!, seals[1]!];
  const message = { specversion: '1.0', type: 'log.sealed', data: seal };
  assert.deepEqual(parseAnchor(seal), [seal]);
  assert.deepEqual(parseAnchor({ data: [next, seal], nextCursor: null }), [next, seal]);
  assert.deepEqual(parseAnchor(message), [seal]);
  assert.deepEqual(parseAnchor([message, next]), [seal, next]);
  assert.deepEqual(parseAnchor({ data: [], nextCursor: null }), []);
});

test('anything else is refused, and so is a damaged seal', () => {
  const seal = seals[0]!;
  const { root: _, ...incomplete } = seal;
  for (const value of [
    null,
    7,
    'seal',
    {},
    { data: null },
    incomplete,
    { ...seal, number: '1' },
    { ...seal, rows: seal.rows + 1 },
    { ...seal, format: 99 },
    [seal, [], 3],
  ]) {
    assert.throws(() => parseAnchor(value), AnchorError, JSON.stringify(value));
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSealKeys, hashSeal, NO_SEAL, type Seal } from '../../../src/seals/index.ts';
import { createFindings, FINDINGS_MAX } from '../../../src/seals/verify/finding.ts';
import { judgeChain } from '../../../src/seals/verify/judge-chain.ts';
import { newSealKey } from '../../support/seals.ts';

const keys = createSealKeys([newSealKey()]);
const COUNT = 1_300;

function buildChain(): Seal[] {
  const seals: Seal[] = [];
  for (let number = 1; number <= COUNT; number += 1) {
    const content = {
      number,
      format: 1,
      log: 'events' as const,
      previous: seals.at(-1)?.hash ?? NO_SEAL,
      rows: 1,
      first: number,
      last: number,
      root: NO_SEAL,
      at: '2026-11-30T12:00:00.000Z',
    };
    const hash = hashSeal(content);
    seals.push({ ...content, hash, signature: keys.sign(hash) });
  }
  return seals;
}

const chain = buildChain();

/** Judges seals that are stored in memory, of which no leaves are left. */
async function judge(seals: readonly Seal[]) {
  let reads = 0;
  const findings = createFindings();
  const judged = await judgeChain(
    {
      readSeals: async (after, limit) =>
        seals.filter(({ number }) => number > after).slice(0, limit),
      readLeaves: async () => Buffer.alloc(0),
      findNumber: async (wanted) => {
        reads += 1;
        return seals.find(({ hash }) => hash === wanted)?.number ?? null;
      },
    },
    keys.verify,
    findings,
    () => {},
  );
  return { judged, findings: findings.list(), counts: findings.counts(), reads };
}

test('a long chain is judged in slices', async () => {
  const { judged, findings } = await judge(chain);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    { seals: judged.seals, rows: judged.rows, last: judged.last },
    { seals: COUNT, rows: COUNT, last: COUNT },
  );
});

test('an altered seal in any slice is restored by its neighbours, without its leaves', async () => {
  const altered = chain.map((seal) =>
    seal.number === 700 ? { ...seal, previous: 'ab'.repeat(32) } : seal,
  );
  const { findings, judged } = await judge(altered);
  assert.deepEqual(findings, [{ kind: 'seal_altered', seal: 700, fields: ['previous'] }]);
  assert.deepEqual(judged.exceptions, [{ stored: 700, seal: chain[699] }]);
});

test('only so many altered seals are looked at closely, and all are counted', async () => {
  const { counts, findings, reads } = await judge(
    chain.map((seal) => ({ ...seal, at: '2026-11-30T12:00:00.001Z' })),
  );
  assert.deepEqual(counts, { seal_altered: COUNT });
  assert.equal(findings.length, FINDINGS_MAX);
  assert.equal(reads, 1_000);
});

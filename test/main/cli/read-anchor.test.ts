import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readAnchor } from '../../../src/main/cli/verify-log/read-anchor.ts';
import { UsageError } from '../../../src/main/usage-error.ts';
import { hashSeal, NO_SEAL, type Seal } from '../../../src/seals/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
after(() => rm(folder, { recursive: true }));

function buildSeal(number: number): Seal {
  const content = {
    number,
    format: 1,
    log: 'events' as const,
    previous: NO_SEAL,
    rows: 1,
    first: number,
    last: number,
    root: NO_SEAL,
    at: '2026-11-30T12:00:00.000Z',
  };
  return { ...content, hash: hashSeal(content), signature: 'AAAA' };
}

const seals = [buildSeal(1), buildSeal(2), buildSeal(3)];
const reply = { data: seals.toReversed(), nextCursor: null };
const toLine = (value: unknown) => JSON.stringify(value);

async function read(text: string): Promise<number[]> {
  const path = join(folder, 'anchor');
  await writeFile(path, text);
  const numbers: number[] = [];
  for await (const batch of readAnchor(path)) numbers.push(...batch.map(({ number }) => number));
  return numbers;
}

test('reads lines of seals, of replies, of messages, and of all of them', async () => {
  assert.deepEqual(await read(`${seals.map(toLine).join('\n')}\n`), [1, 2, 3]);
  assert.deepEqual(await read(toLine(seals[0])), [1]);
  assert.deepEqual(await read(`${toLine(reply)}\r\n\r\n${toLine(reply)}`), [3, 2, 1, 3, 2, 1]);
  const message = { specversion: '1.0', type: 'log.sealed', data: seals[0] };
  assert.deepEqual(
    await read(`${toLine(message)}\n${toLine(seals[1])}\n${toLine(reply)}\n`),
    [1, 2, 3, 2, 1],
  );
});

test('reads a reply that was spread over lines', async () => {
  assert.deepEqual(await read(JSON.stringify(reply, null, 2)), [3, 2, 1]);
});

test('reads a file of any size', async () => {
  const lines = Array.from({ length: 5_000 }, (_, index) => toLine(buildSeal(index + 1)));
  assert.equal((await read(lines.join('\n'))).length, 5_000);
});

test('says which line it cannot read', async () => {
  const wrong: [text: string, message: RegExp][] = [
    ['', /has no seal/],
    ['\n\n', /has no seal/],
    [toLine({ data: [], nextCursor: null }), /has no seal/],
    [`${toLine(seals[0])}\n{`, /line 2: it is not JSON/],
    [`${toLine(seals[0])}\n{"a": 1}`, /line 2: it is not a seal/],
    [`${toLine(seals[0])}\n${toLine({ ...seals[1]!, last: 9 })}`, /line 2: seal 2 is damaged/],
    [`${toLine(seals[0])}\n"${'x'.repeat(500_000)}"`, /line 2: It has more than/],
    ['{"error": {"code": "auth.unauthenticated"}}', /it is not a seal/],
  ];
  for (const [text, message] of wrong) {
    await assert.rejects(
      () => read(text),
      (error) => error instanceof UsageError && message.test(error.message),
      text.slice(0, 100),
    );
  }
});

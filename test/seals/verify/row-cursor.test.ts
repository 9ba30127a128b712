import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countRows } from '../../../src/seals/index.ts';
import { getPosition, type LeafList } from '../../../src/seals/leaf-list.ts';
import { createRowCursor } from '../../../src/seals/verify/row-cursor.ts';

function buildList(positions: readonly number[]): LeafList {
  const list = Buffer.alloc(positions.length * 56);
  for (const [index, position] of positions.entries()) {
    list.writeBigInt64BE(BigInt(position), index * 56);
  }
  return list;
}

/** A cursor over rows at these positions, in slices of two, and what it reads. */
function createCursor(positions: readonly number[]) {
  const reads: string[] = [];
  const cursor = createRowCursor(async (format, after, limit) => {
    reads.push(`${format} ${after}`);
    return buildList(positions.filter((position) => position > after).slice(0, limit));
  }, 2);
  const take = async (upTo: number, format = 1) => {
    const taken: number[] = [];
    await cursor.takeUpTo(upTo, format, (rows) => {
      for (let index = 0; index < countRows(rows); index += 1) taken.push(getPosition(rows, index));
    });
    return taken;
  };
  return { cursor, take, reads };
}

test('each row is taken once, in order, up to the position that is asked for', async () => {
  const { take } = createCursor([-3, 1, 2, 5, 6, 7]);
  assert.deepEqual(await take(0), [-3]);
  assert.deepEqual(await take(1), [1]);
  assert.deepEqual(await take(1), []);
  assert.deepEqual(await take(4), [2]);
  assert.deepEqual(await take(6), [5, 6]);
  assert.deepEqual(await take(100), [7]);
  assert.deepEqual(await take(200), []);
});

test('rows that are skipped are not read', async () => {
  const { cursor, take, reads } = createCursor([1, 2, 3, 4, 5, 6, 7, 8]);
  cursor.skipTo(6);
  assert.deepEqual(await take(7), [7]);
  assert.deepEqual(reads, ['1 6', '1 8']);
  cursor.skipTo(7);
  assert.deepEqual(await take(100), [8]);
});

test('with another format the rows that follow are read anew', async () => {
  const { take } = createCursor([1, 2, 3, 4, 5]);
  assert.deepEqual(await take(1, 1), [1]);
  assert.deepEqual(await take(3, 2), [2, 3]);
  assert.deepEqual(await take(9, 1), [4, 5]);
});

test('an error in reading ahead is thrown when its rows are needed', async () => {
  let reads = 0;
  const cursor = createRowCursor(async () => {
    reads += 1;
    if (reads > 1) throw new Error('away');
    return buildList([1, 2]);
  }, 2);
  await cursor.takeUpTo(2, 1, () => {});
  await assert.rejects(() => cursor.takeUpTo(3, 1, () => {}), /away/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListedRow } from '../../../src/seals/index.ts';
import { NO_SEAL, type Seal } from '../../../src/seals/index.ts';
import { pairMoves } from '../../../src/seals/verify/pair-moves.ts';

const seal: Seal = {
  number: 1,
  format: 1,
  log: 'events',
  previous: NO_SEAL,
  rows: 1,
  first: 1,
  last: 1,
  root: NO_SEAL,
  hash: NO_SEAL,
  signature: '',
  at: '2026-11-30T12:00:00.000Z',
};

function row(id: string, position: number, leaf = `${id}${position}`): ListedRow {
  return { id, position, leaf };
}

function pairing(pendingMax: number) {
  const found: string[] = [];
  const pairs = pairMoves(
    {
      missing: ({ sealed }) => found.push(`missing ${sealed.id}`),
      added: ({ id }) => found.push(`added ${id}`),
      moved: ({ id, position }, { sealed }) =>
        found.push(`moved ${id} ${sealed.position} ${position}`),
    },
    pendingMax,
  );
  return {
    found,
    missing: (one: ListedRow) => pairs.missing({ seal, sealed: one }),
    added: pairs.added,
    end: pairs.end,
  };
}

test('a missing row and an added one of the same id are one that was moved, whichever comes first', () => {
  const { found, missing, added, end } = pairing(10);
  missing(row('a', 1));
  added(row('b', 2));
  added(row('a', 3));
  missing(row('b', 4));
  missing(row('c', 5));
  added(row('d', 6));
  assert.deepEqual(found, ['moved a 1 3', 'moved b 4 2']);
  end();
  assert.deepEqual(found.slice(2), ['missing c', 'added d']);
});

test('a row that is whole at its own place was not moved', () => {
  const { found, missing, added, end } = pairing(10);
  missing(row('a', 1));
  added(row('a', 1));
  end();
  assert.deepEqual(found, []);
});

test('of several rows with one id, one is the moved one and the others are added', () => {
  const { found, missing, added, end } = pairing(10);
  added(row('a', 2));
  added(row('a', 3));
  missing(row('a', 1));
  end();
  assert.deepEqual(found, ['added a', 'moved a 1 3']);
});

test('rows wait for a counterpart only up to a limit, so that memory is bounded', () => {
  const { found, missing, end } = pairing(2);
  for (const id of ['a', 'b', 'c', 'd']) missing(row(id, 1));
  assert.deepEqual(found, ['missing a', 'missing b']);
  end();
  assert.deepEqual(found, ['missing a', 'missing b', 'missing c', 'missing d']);
});

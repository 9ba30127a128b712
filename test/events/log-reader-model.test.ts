import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createKeyRing } from '../../src/database/key-ring.ts';
import type { Queryable } from '../../src/database/statement.ts';
import { createLogReader } from '../../src/events/log-reader.ts';
import { findWriters, readEvents } from '../../src/events/reader-queries.ts';
import { hasEnded, settleBatch } from '../../src/events/settle-batch.ts';

/**
 * The reader on a model of the log in which something happens before each of its statements: writers begin, take
 * positions, commit and roll back. The model's assumptions about PostgreSQL: a statement sees what is committed when it
 * begins, and a writer is listed from before its first position until its rows are visible.
 */
type Step =
  | { readonly kind: 'write'; readonly writer: number; readonly count: number }
  | { readonly kind: 'commit' | 'rollBack'; readonly writer: number };

interface Model {
  readonly db: Queryable;
  readonly committed: Set<number>;
  apply(step: Step): void;
  endAll(): void;
}

function createModel(script: readonly (readonly Step[])[]): Model {
  const committed = new Set<number>();
  const open = new Map<number, { name: string; positions: number[] }>();
  let position = 0;
  let begun = 0;
  let statements = 0;

  function apply(step: Step): void {
    const writer = open.get(step.writer);
    if (step.kind === 'write') {
      if (writer === undefined) begun += 1;
      const writing = writer ?? { name: `writer ${begun}`, positions: [] };
      for (let count = 0; count < step.count; count += 1) {
        position += 1;
        writing.positions.push(position);
      }
      open.set(step.writer, writing);
    } else if (writer !== undefined) {
      if (step.kind === 'commit') for (const taken of writer.positions) committed.add(taken);
      open.delete(step.writer);
    }
  }

  const db: Queryable = {
    keyRing: createKeyRing([]),
    async run<Row>(name: string, _text: string, parameters: readonly unknown[]): Promise<Row[]> {
      for (const step of script[statements] ?? []) apply(step);
      statements += 1;
      if (name === findWriters.statementName) {
        return [...open.values()].map((writer) => ({ writer: writer.name })) as Row[];
      }
      assert.equal(name, readEvents.statementName);
      const [after, limit] = parameters as [number, number];
      const visible = [...committed].filter((one) => one > after).sort((a, b) => a - b);
      return visible.slice(0, limit).map((one) => ({ position: one })) as Row[];
    },
  };
  return {
    db,
    committed,
    apply,
    endAll() {
      for (const writer of [...open.keys()]) apply({ kind: 'commit', writer });
    },
  };
}

const writer = fc.integer({ min: 0, max: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), writer, count: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constantFrom('commit' as const, 'rollBack' as const), writer }),
);
const script = fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 60 });

test('in five thousand histories every event is read once, in the order of positions, and none is skipped', async () => {
  await fc.assert(
    fc.asyncProperty(script, fc.integer({ min: 1, max: 6 }), async (steps, limit) => {
      const model = createModel(steps);
      const reader = createLogReader(model.db);
      const read: number[] = [];
      const readOnce = async () => {
        const { events } = await reader.read(read.at(-1) ?? 0, limit);
        read.push(...events.map(({ position }) => position));
        return events.length;
      };
      for (let count = 0; count < 30; count += 1) await readOnce();
      model.endAll();
      // One read finds the gap, another that its writers have ended; the following ones only read.
      for (let idle = 0; idle < 3; ) idle = (await readOnce()) === 0 ? idle + 1 : 0;
      assert.deepEqual(
        read,
        [...model.committed].sort((a, b) => a - b),
      );
    }),
    { numRuns: 5_000 },
  );
});

test('rows are settled up to the first gap that can still fill', () => {
  const rows = (...positions: number[]) => positions.map((position) => ({ position }));
  assert.deepEqual(settleBatch(0, rows(1, 2, 3), 0), rows(1, 2, 3));
  assert.deepEqual(settleBatch(0, rows(2, 3), 0), []);
  assert.deepEqual(settleBatch(0, rows(2, 3), 1), rows(2, 3));
  assert.deepEqual(settleBatch(4, rows(5, 7, 9), 0), rows(5));
  assert.deepEqual(settleBatch(4, rows(5, 7, 9), 6), rows(5, 7));
  assert.deepEqual(settleBatch(4, rows(5, 7, 9), 9), rows(5, 7, 9));
  // Only a part of the gap is known to remain empty.
  assert.deepEqual(settleBatch(4, rows(9), 6), []);
  assert.deepEqual(settleBatch(4, [], 9), []);
});

test('a gap is closed when all its writers have ended', () => {
  const watch = { upTo: 9, writers: new Set(['a', 'b']) };
  assert.equal(hasEnded(watch, ['a', 'c']), false);
  assert.equal(hasEnded(watch, ['c']), true);
  assert.equal(hasEnded(watch, []), true);
});

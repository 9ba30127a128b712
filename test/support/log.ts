import { after } from 'node:test';
import type { Database } from '../../src/database/database.ts';
import {
  appendEvents,
  createLogTail,
  type LoggedEvent,
  type LogTail,
  type NewEvent,
} from '../../src/events/index.ts';
import { systemActor } from '../../src/shared/caller.ts';

/** Builds a fact to be written directly to the log, for tests of its readers. It has no order unless one is named. */
export function fact(change: Partial<NewEvent> = {}): NewEvent {
  return {
    type: 'stock.adjusted',
    orderId: null,
    customerId: null,
    sequence: null,
    from: null,
    to: null,
    actor: systemActor,
    reason: null,
    cause: { requestId: 'test', traceId: null },
    ...change,
  };
}

/** Builds a fact that is told apart by a name, see `nameOf`. */
export function namedFact(name: string): NewEvent {
  return fact({ data: { name } });
}

export function nameOf({ dataText }: LoggedEvent): string | undefined {
  return (JSON.parse(dataText) as { name?: string }).name;
}

export async function append(database: Database, ...events: NewEvent[]): Promise<void> {
  await database.transaction((tx) => appendEvents(tx, events));
}

/** An open transaction that has written facts. */
export interface UncommittedAppend {
  commit(): Promise<void>;
  rollBack(): Promise<void>;
}

/** Writes facts without committing them, so that later ones can be visible first. */
export async function appendUncommitted(
  database: Database,
  ...events: NewEvent[]
): Promise<UncommittedAppend> {
  const written = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const rolledBack = new Error('rolled back');
  const over = database
    .transaction(async (tx) => {
      await appendEvents(tx, events);
      written.resolve();
      await end.promise;
    })
    .catch((error: unknown) => {
      if (error !== rolledBack) throw error;
    });
  await Promise.race([written.promise, over]);
  return {
    async commit() {
      end.resolve();
      await over;
    },
    async rollBack() {
      end.reject(rolledBack);
      await over;
    },
  };
}

/** Creates a tail of the log that ends with the test file. */
export function createTestTail(
  database: Database,
  onError: (error: unknown) => void = () => {},
): LogTail {
  const tail = createLogTail({ database, onError });
  after(() => tail.stop());
  return tail;
}

/** Returns the visible positions. */
export async function positionsIn(database: Database): Promise<number[]> {
  const rows = await database.run<{ position: number }>(
    'test.positions',
    'select position from events order by position',
    [],
  );
  return rows.map(({ position }) => position);
}

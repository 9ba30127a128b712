import type { Change, Database, Transaction } from '../../../src/database/database.ts';
import {
  isAfterFailure,
  isRetryable,
  toCodedError,
} from '../../../src/database/database-errors.ts';
import { createKeyRing } from '../../../src/database/key-ring.ts';
import type { ErrorDefinition } from '../../../src/shared/errors.ts';
import type { Connection } from './connection.ts';

export interface SimulatedDatabaseOptions {
  /** Opens a connection of the process. `isAlone`: for one statement, which is committed with it. */
  readonly connect: (isAlone: boolean) => Connection;
  readonly constraints: Readonly<Record<string, ErrorDefinition>>;
  readonly onCommit: (changes: readonly Change[]) => void;
}

/** As in `src/database/database.ts`, whose driver this stands for. */
const ATTEMPTS_MAX = 4;

/** No secret of the simulation is worth encrypting. */
const keyRing = createKeyRing([]);

/** Creates the database of a process, on the simulated store. */
export function createSimulatedDatabase({
  connect,
  constraints,
  onCommit,
}: SimulatedDatabaseOptions): Database {
  async function runOnce<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const connection = connect(false);
    const changes: Change[] = [];
    const effects: (() => void)[] = [];
    let isCommitted = false;
    let committing: Promise<boolean> | null = null;
    let firstFailure: unknown;
    const fail = (error: unknown): never => {
      firstFailure ??= error;
      throw error;
    };
    const commit = (): Promise<boolean> => {
      const committed: Promise<boolean> = connection.send(null, []);
      committed.catch(() => {});
      return committed;
    };
    try {
      const result = await work({
        inTransaction: true,
        keyRing,
        get isCommitted() {
          return isCommitted;
        },
        run: (name, _text, parameters) =>
          committing === null
            ? connection.send(name, parameters).catch(fail)
            : Promise.reject(new Error(`${name} comes after the commit`)),
        announce: (change) => changes.push(change),
        afterCommit: (effect) => effects.push(effect),
        pipelineCommit(last) {
          committing = commit();
          return last;
        },
      });
      if (!(await (committing ?? commit()))) {
        throw new Error('a statement of the transaction failed and its error was swallowed');
      }
      isCommitted = true;
      for (const effect of effects) effect();
      if (changes.length > 0) onCommit(changes);
      return result;
    } catch (error) {
      connection.rollback();
      throw isAfterFailure(error) ? (firstFailure ?? error) : error;
    }
  }

  return {
    keyRing,
    async run(name, _text, parameters) {
      try {
        return await connect(true).send(name, parameters);
      } catch (error) {
        throw toCodedError(error, constraints);
      }
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await runOnce(work);
        } catch (error) {
          if (isRetryable(error) && attempt < ATTEMPTS_MAX) continue;
          throw toCodedError(error, constraints);
        }
      }
    },
    snapshot: () => Promise.reject(new Error('the simulation takes no snapshots')),
    connect: () => Promise.reject(new Error('the simulation has no dedicated connections')),
    connectForCopy: () => Promise.reject(new Error('the simulation has no dedicated connections')),
    connectionKind: () => null,
    connections: () => ({ total: 0, idle: 0, waiting: 0 }),
    generation: () => 0,
    async close() {},
  };
}

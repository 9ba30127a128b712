import type { Process } from '../process.ts';
import { LockWait, type Store, StoreError, type StoreTransaction } from './store.ts';

/** What a named statement of the product does to the store. Runs at one instant, or throws `LockWait`. */
// biome-ignore lint/suspicious/noExplicitAny: each statement knows its parameters.
export type Handler = (tx: StoreTransaction, ...parameters: any[]) => readonly object[];

export type Handlers = Readonly<Record<string, Handler>>;

interface Task {
  /** The name of a statement; null: COMMIT. */
  readonly name: string | null;
  readonly parameters: readonly unknown[];
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** The statements that have been executed in this process. */
export const used = new Set<string>();

const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * A connection of a process to the store. What was sent is executed in order, one task at a step. If it is cut, what had
 * arrived is still executed, nobody is answered, and an open transaction is rolled back at the end.
 */
export class Connection {
  readonly process: Process;
  readonly #store: Store;
  readonly #handlers: Handlers;
  readonly #isAlone: boolean;
  readonly #tasks: Task[] = [];
  #tx: StoreTransaction | null = null;
  #isCut = false;
  #isEnding = false;
  isClosed = false;

  constructor(process: Process, store: Store, handlers: Handlers, isAlone: boolean) {
    this.process = process;
    this.#store = store;
    this.#handlers = handlers;
    this.#isAlone = isAlone;
  }

  send(name: string | null, parameters: readonly unknown[]): Promise<never> {
    const { promise, resolve, reject } = Promise.withResolvers<never>();
    if (this.#isCut) {
      // A process that died hears nothing any more.
      if (this.process.isAlive) reject(connectionLost());
    } else this.#tasks.push({ name, parameters, resolve, reject });
    return promise;
  }

  /** Whether the store can execute something. */
  get isReady(): boolean {
    const [task] = this.#tasks;
    if (task === undefined) return false;
    const tx = this.#tx;
    if (tx === null || tx.waitsFor === null || !tx.isBlocked) return true;
    return this.#store.nowMs() - tx.waitsFor.sinceMs > STATEMENT_TIMEOUT_MS;
  }

  get label(): string {
    const [task] = this.#tasks;
    return task === undefined ? '' : (task.name ?? 'commit');
  }

  get isInTransaction(): boolean {
    return !this.isClosed && !this.#isAlone;
  }

  /** Executes the next task. Returns what happened, for the log of the run. */
  execute(): string {
    const task = this.#tasks[0]!;
    this.#tx ??= this.#store.begin();
    const tx = this.#tx;
    const outcome =
      task.name === null ? this.#commit(tx) : this.#run(tx, task.name, task.parameters);
    if (outcome === 'waits') return `${task.name} waits for ${tx.waitsFor?.lock}`;
    this.#tasks.shift();
    if (!this.#isCut) {
      if ('error' in outcome) task.reject(outcome.error);
      else task.resolve(outcome.result as never);
    }
    if (this.#isAlone) this.#end();
    else if ((this.#isCut || this.#isEnding) && this.#tasks.length === 0) this.#end();
    const told = this.#isCut ? ' (nobody is told)' : '';
    const what = task.name ?? 'commit';
    return 'error' in outcome ? `${what}: ${outcome.error.message}${told}` : `${what}${told}`;
  }

  #run(
    tx: StoreTransaction,
    name: string,
    parameters: readonly unknown[],
  ): { error: StoreError } | { result: unknown } | 'waits' {
    if (tx.hasFailed) return { error: new StoreError('25P02', 'the transaction has failed') };
    const handler = this.#handlers[name];
    if (handler === undefined) throw new Error(`the store does not know the statement ${name}`);
    if (tx.waitsFor !== null && tx.isBlocked) {
      return this.#fail(tx, new StoreError('57014', 'it waited too long for a lock'));
    }
    used.add(name);
    tx.beginStatement();
    try {
      const result = handler(tx, ...parameters);
      tx.waitsFor = null;
      if (this.#isAlone) this.#commitAlone(tx);
      return { result };
    } catch (error) {
      if (error instanceof StoreError) return this.#fail(tx, error);
      if (!(error instanceof LockWait)) throw error;
      tx.undoStatement();
      if (tx.isDeadlocked()) return this.#fail(tx, new StoreError('40P01', 'deadlock detected'));
      return 'waits';
    }
  }

  #fail(tx: StoreTransaction, error: StoreError): { error: StoreError } {
    tx.waitsFor = null;
    tx.hasFailed = true;
    tx.rollback();
    return { error };
  }

  #commitAlone(tx: StoreTransaction): void {
    tx.commit();
    this.#tx = null;
  }

  #commit(tx: StoreTransaction): { result: unknown } {
    if (!tx.hasFailed) tx.commit();
    this.#tx = null;
    this.isClosed = true;
    return { result: !tx.hasFailed };
  }

  /** Ends the transaction after what was sent, as a ROLLBACK does, and the connection with it. */
  rollback(): void {
    if (this.#isCut) return;
    if (this.#tasks.length === 0) this.#end();
    else this.#isEnding = true;
  }

  #end(): void {
    this.#tx?.rollback();
    this.#tx = null;
    this.#tasks.length = 0;
    this.isClosed = true;
  }

  /**
   * Breaks the connection. `executed`: how many of the tasks that were sent had arrived. The process hears of it unless it
   * is dead.
   */
  cut(executed: number): void {
    if (this.#isCut || this.isClosed) return;
    this.#isCut = true;
    const tasks = [...this.#tasks];
    this.#tasks.length = Math.min(executed, tasks.length);
    if (this.process.isAlive) for (const { reject } of tasks) reject(connectionLost());
    if (this.#tasks.length === 0) this.#end();
  }

  /** Ends with the store itself: nothing that is not committed survives. */
  lose(): void {
    this.cut(0);
    if (!this.isClosed) this.#end();
  }

  get sent(): number {
    return this.#tasks.length;
  }
}

function connectionLost(): StoreError {
  return new StoreError('08006', 'Connection terminated unexpectedly');
}

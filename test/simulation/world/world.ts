import type { Choices } from '../choices.ts';
import { createRandom } from '../choices.ts';
import { startIds } from '../ids.ts';
import { Process } from '../process.ts';
import { statements } from '../statements/index.ts';
import { Connection } from '../store/connection.ts';
import { Store, type Touched } from '../store/store.ts';
import { setCurrent, settle } from '../virtual-time.ts';

/** Something outside the processes that happens when the schedule gets to it: a message, a person who does something. */
export interface Happening {
  readonly label: string;
  /** Whose memory it changes. It does not happen while the process is frozen, and never once it is dead. Null: nobody's. */
  readonly process: Process | null;
  /** Default: at any time. */
  readonly isReady?: () => boolean;
  /** Returns what came of it, for the log; undefined: what it is called. */
  readonly happen: () => string | undefined;
}

/** How a call into a process ended. `lost`: it died, or its answer did not arrive. */
export type Ended<T> =
  | { readonly kind: 'answered'; readonly result: T }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'lost' };

interface RunningCall {
  readonly process: Process;
  readonly end: (ended: Ended<never>) => void;
}

/** What the run found: a broken promise of the product. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** How a line of the log begins that tells of a statement. */
export const DETAIL = '    ';

/** What the outside of a process needs of the world. */
export type Surroundings = Pick<
  World,
  'choices' | 'store' | 'nowMs' | 'call' | 'add' | 'say' | 'fail'
>;

/** The outcome of what is not worth telling. */
export const NOTHING = 'nothing';

/** Monday noon, in UTC. */
const START_MS = Date.UTC(2030, 0, 7, 12);

/**
 * Everything that exists in one run: the store, the processes and what is under way between them. One thing happens at a
 * step, and the choices say which.
 */
export class World {
  readonly store: Store;
  readonly choices: Choices;
  /** One line for each step; null: nobody reads them. */
  readonly log: string[] | null;
  readonly processes: Process[] = [];
  #nowMs = START_MS;
  #connections: Connection[] = [];
  #happenings: Happening[] = [];
  #calls: RunningCall[] = [];
  #seed: number;
  /** The first violation. */
  violation: Violation | null = null;
  stepsTaken = 0;

  constructor(
    seed: number,
    choices: Choices,
    onCommit: (touched: Touched) => void,
    log: string[] | null,
  ) {
    this.#seed = seed;
    this.choices = choices;
    this.log = log;
    this.store = new Store(() => this.#nowMs, onCommit);
    startIds(seed, () => this.#nowMs);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  say(line: string): void {
    this.log?.push(line);
  }

  fail(message: string): void {
    this.violation ??= new Violation(message);
  }

  startProcess(name: string): Process {
    this.#seed += 1;
    const random = createRandom(this.#seed);
    const process = new Process(name, () => this.#nowMs, random);
    this.processes.push(process);
    return process;
  }

  connect(process: Process, isAlone: boolean): Connection {
    const connection = new Connection(process, this.store, statements, isAlone);
    this.#connections.push(connection);
    return connection;
  }

  add(happening: Happening): void {
    this.#happenings.push(happening);
  }

  /** Calls a function of a process from outside. `onEnd` hears once how it ended, also if the process dies. */
  call<T>(process: Process, code: () => Promise<T>, onEnd: (ended: Ended<T>) => void): void {
    const running: RunningCall = { process, end: onEnd };
    this.#calls.push(running);
    const end = (ended: Ended<T>) => {
      const place = this.#calls.indexOf(running);
      if (place === -1) return;
      this.#calls.splice(place, 1);
      onEnd(ended);
    };
    // Not inside an async function: what it throws at once is a failure too.
    this.#enter(process, () =>
      Promise.resolve()
        .then(code)
        .then(
          (result) => end({ kind: 'answered', result }),
          (error: unknown) => end({ kind: 'failed', error }),
        ),
    );
  }

  /** The process that goes on at this step. */
  #entered: Process | null = null;

  /** Runs code of a process. What follows of it, until `rest`, is of that process too. */
  #enter(process: Process, code: () => unknown): void {
    if ((this.#entered ?? process) !== process) throw new Error('two processes go on at one step');
    this.#entered = process;
    setCurrent(process);
    code();
  }

  /** Returns whether somebody waits for an answer of a process. */
  isBusy(process: Process): boolean {
    return this.#calls.some((one) => one.process === process);
  }

  /** Lets a process end that has nothing more to do. */
  end(process: Process): void {
    this.add({
      label: `* ${process.name} ends`,
      process: null,
      happen: () => {
        if (process.isAlive) this.kill(process);
        return undefined;
      },
    });
  }

  /** Ends a process at once. What it had sent to the store may arrive, or a part of it. */
  kill(process: Process): void {
    process.kill();
    for (const connection of this.#connections) {
      if (connection.process === process) connection.cut(this.choices.below(connection.sent + 1));
    }
    this.#happenings = this.#happenings.filter((one) => one.process !== process);
    this.processes.splice(this.processes.indexOf(process), 1);
    const lost = this.#calls.filter((one) => one.process === process);
    this.#calls = this.#calls.filter((one) => one.process !== process);
    for (const { end } of lost) end({ kind: 'lost' });
  }

  /** Returns the connections that could break. */
  brokenCandidates(): Connection[] {
    return this.#connections.filter(({ isInTransaction }) => isInTransaction);
  }

  cut(connection: Connection): void {
    const arrived = this.choices.below(connection.sent + 1);
    this.#enter(connection.process, () => connection.cut(arrived));
  }

  /** The store restarts: every connection is lost, and what was not committed. */
  async restartStore(): Promise<void> {
    for (const connection of [...this.#connections]) {
      this.#enter(connection.process, () => connection.lose());
      await this.rest();
    }
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }

  /** Returns what could happen next, always in the same order. */
  #listNext(): (() => void)[] {
    const next: (() => void)[] = [];
    let hasClosed = false;
    for (const connection of this.#connections) {
      if (connection.isClosed) hasClosed = true;
      else if (!connection.process.isFrozen && connection.isReady) {
        next.push(() => this.#execute(connection));
      }
    }
    if (hasClosed) this.#connections = this.#connections.filter(({ isClosed }) => !isClosed);
    for (const process of this.processes) {
      if (process.isFrozen) continue;
      if (process.hasImmediates) next.push(() => this.#enter(process, () => process.tick()));
      if (process.nextTimerAtMs() <= this.#nowMs) {
        next.push(() => this.#enter(process, () => process.fireTimer()));
      }
    }
    for (const happening of this.#happenings) {
      if (happening.process?.isFrozen || happening.isReady?.() === false) continue;
      next.push(() => this.#happen(happening));
    }
    return next;
  }

  #execute(connection: Connection): void {
    const { process } = connection;
    this.#enter(process, () => {
      const what = connection.execute();
      if (this.log !== null) this.say(`${DETAIL}${process.name}: ${what}`);
    });
  }

  #happen(happening: Happening): void {
    this.#happenings.splice(this.#happenings.indexOf(happening), 1);
    const { process, label } = happening;
    if (process !== null) this.#enter(process, () => this.#tell(label, happening.happen()));
    else this.#tell(label, happening.happen());
  }

  #tell(label: string, outcome: string | undefined): void {
    if (this.log !== null && outcome !== NOTHING) {
      this.say(outcome === undefined ? label : `${label}: ${outcome}`);
    }
  }

  /** Does one thing that can happen now, by choice. Returns false if nothing can. */
  async step(): Promise<boolean> {
    const next = this.#listNext();
    if (next.length === 0) return false;
    next[this.choices.below(next.length)]!();
    await this.rest();
    return true;
  }

  /** Lets the code go on that this step has reached, until it waits for something outside. */
  async rest(): Promise<void> {
    this.stepsTaken += 1;
    this.#nowMs += 1;
    await settle();
    setCurrent(null);
    this.#entered = null;
  }

  /** Lets time pass until a process has something to do. Returns false if none ever has. */
  skipToNextTimer(): boolean {
    const times = this.processes.filter(({ goesOn }) => goesOn).map((one) => one.nextTimerAtMs());
    const nextMs = Math.min(...times);
    if (!Number.isFinite(nextMs)) return false;
    this.#nowMs = Math.max(this.#nowMs, nextMs);
    return true;
  }
}

import type { Transaction } from '../database/database.ts';
import type { LoggedEvent } from '../events/index.ts';
import type { AccessTable, App, Outcome } from '../http/index.ts';
import type { JobDefinition, NewJob, Schedule } from '../jobs/index.ts';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { Tally } from '../shared/tally.ts';

/** What is known of a room before it is built. Each room exports one, and the tables of the server are made of them. */
export interface ModuleDeclaration<Name extends string = string> {
  /** Later modules get the `api` of this module under this name. */
  readonly name: Name;
  readonly errors?: Readonly<Record<string, ErrorDefinition>>;
  /** Constraint name to the refusal that its violation means. */
  readonly constraints?: Readonly<Record<string, ErrorDefinition>>;
  /** Who may call what `routes` registers. Ownership ("your own orders only") is checked by the use cases. */
  readonly access?: AccessTable;
  /** Who may call what `probes` registers. */
  readonly probeAccess?: AccessTable;
  /** Operations that have a limit besides the one of all under `/api`, by operation id. */
  readonly limits?: Readonly<Record<string, OperationLimit>>;
  readonly tags?: readonly Tag[];
}

/**
 * A module, built: what it lets others call, and what it adds to the process. `main/compose` does the same with each part
 * for all modules.
 */
export interface Module<Api> {
  /** The use cases, for modules that stand later and for the command line. */
  readonly api: Api;
  /** Left out where this process does not serve them; then the access rules do not count either. */
  readonly routes?: (app: App) => void | Promise<void>;
  /** Routes that every process serves, one with `ROLE=worker` too. */
  readonly probes?: (app: App) => void;
  readonly jobs?: readonly JobDefinition[];
  /** Jobs of a queue that one process runs at a time, where the runner's default is not right. */
  readonly concurrency?: Readonly<Record<string, number>>;
  readonly schedules?: readonly Schedule[];
  readonly subscriptions?: readonly Plan[];
  readonly metrics?: readonly Tally[];
  /** Begins the work in the background, once the database is prepared and the server listens. */
  readonly start?: (duties: Duties) => void;
  /** Ends after what is under way. */
  readonly stop?: () => Promise<void> | void;
}

/** What a process does, by its `ROLE`. */
export interface Duties {
  /** Answers requests. */
  readonly serves: boolean;
  /** Relays events, runs jobs and follows schedules. */
  readonly works: boolean;
}

/**
 * What a module does with events: the jobs that follow from them, and rows of its own, in one transaction with the other
 * modules'. Events can come twice: the jobs have ids derived from them, and the rows are written so that it makes no
 * difference.
 */
export type Plan = (tx: Transaction, events: readonly LoggedEvent[]) => Promise<readonly NewJob[]>;

/** A limit besides the one that holds for everything. */
export interface OperationLimit {
  readonly limit: 'auth' | 'checkout';
  /** Which answers count; the others give the point back. */
  readonly counts: (outcome: Outcome) => boolean;
}

/** A chapter of the API reference. */
export interface Tag {
  readonly name: string;
  readonly description: string;
  /** Its place among the chapters of all modules, in the order in which a newcomer meets them. */
  readonly place: number;
}

import type { Transaction } from '../database/database.ts';
import type { EncryptedTable } from '../database/encryption/encrypted-table.ts';
import type { LoggedEvent } from '../events/index.ts';
import type { AccessTable, App, Outcome } from '../http/index.ts';
import type { JobDefinition, NewJob, Purge, Schedule } from '../jobs/index.ts';
import type { Seal } from '../seals/index.ts';
import type { ErrorDefinition } from '../shared/errors.ts';
import type { Tally } from '../shared/tally.ts';

/**
 * The part of a module that is known before anything is built. Each module exports one; the server's tables are built
 * from them.
 */
export interface ModuleDeclaration<Name extends string = string> {
  /** The name under which later modules receive this module's `api`. */
  readonly name: Name;
  readonly errors?: Readonly<Record<string, ErrorDefinition>>;
  /** By constraint name: the refusal that a violation means. */
  readonly constraints?: Readonly<Record<string, ErrorDefinition>>;
  /**
   * Who may call the operations that `routes` registers. Ownership ("your own orders only") is checked by the use
   * cases.
   */
  readonly access?: AccessTable;
  /** Who may call the operations that `probes` registers. */
  readonly probeAccess?: AccessTable;
  /** Operations with limits besides the general one of `/api`, by operation id. */
  readonly limits?: Readonly<Record<string, readonly OperationLimit[]>>;
  readonly tags?: readonly Tag[];
  /** The tables with secrets that are stored encrypted. */
  readonly encryptedTables?: readonly EncryptedTable[];
}

/**
 * A module after creation: its use cases and what it adds to the process. `main/compose` treats each part alike for all
 * modules.
 */
export interface Module<Api> {
  /** The use cases, for later modules and the command line. */
  readonly api: Api;
  /** Left out if this process does not serve them; the access rules then do not apply either. */
  readonly routes?: (app: App) => void | Promise<void>;
  /** Routes that every process serves, including one with `ROLE=worker`. */
  readonly probes?: (app: App) => void;
  readonly jobs?: readonly JobDefinition[];
  /** How many jobs of a queue one process runs at a time, where this differs from the runner's default. */
  readonly concurrency?: Readonly<Record<string, number>>;
  readonly schedules?: readonly Schedule[];
  /** What goes when its time is over. All that is personal and not kept for ever is in one of them. */
  readonly purges?: readonly Purge[];
  readonly subscriptions?: readonly Plan[];
  readonly sealPlans?: readonly SealPlan[];
  readonly metrics?: readonly Tally[];
  /** Starts the background work, once the database is prepared and the server listens. */
  readonly start?: (duties: Duties) => void;
  /** Finishes the work in progress and stops. */
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
 * A function that decides which jobs follow from a batch of events, and may write rows of its module, in one
 * transaction with the plans of the other modules and the relay's cursor. If it fails, the same events arrive again.
 */
export type Plan = (tx: Transaction, events: readonly LoggedEvent[]) => Promise<readonly NewJob[]>;

/**
 * A function that decides which jobs follow from a new seal, in its transaction. It must write to no log, or each seal would
 * be followed by another one.
 */
export type SealPlan = (tx: Transaction, seal: Seal) => Promise<readonly NewJob[]>;

/** A limit in addition to the general one. */
export interface OperationLimit {
  readonly limit: 'auth' | 'auth-address' | 'passkey-challenges' | 'checkout' | 'codes';
  /** Which responses count, or as how many points; the others are credited back. */
  readonly counts: (outcome: Outcome) => boolean | number;
}

/** A chapter of the API reference. */
export interface Tag {
  readonly name: string;
  readonly description: string;
  /** Its place among all chapters, in the order in which a newcomer needs them. */
  readonly place: number;
}

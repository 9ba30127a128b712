import type { TestServer } from '../../support/server.ts';
import type { Reply, Session } from '../../support/session.ts';

export interface World {
  readonly server: TestServer;
  readonly admin: Session;
}

/** The fields of a row, or the resource that it shows: each field of the row is that of the resource. */
export type ExpectedFields =
  | Readonly<Record<string, unknown>>
  | null
  | { readonly shows: Readonly<Record<string, unknown>> };

export interface ExpectedRow {
  readonly type: string;
  readonly subjectId: string | null;
  readonly before: ExpectedFields;
  readonly after: ExpectedFields;
}

/** A call of an operation that takes effect. */
export interface AuditedCall {
  /** Default: the admin. */
  readonly session?: Session;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  /** Default: the admin. */
  readonly actor?: (reply: Reply) => { type: string; id: string | null; role: string | null };
  /** The rows that it leaves in the audit. */
  readonly rows: (reply: Reply) => readonly ExpectedRow[];
  /** Ends what the call has begun. */
  readonly finish?: () => Promise<unknown>;
  /** Texts that no row may contain. */
  readonly secrets?: (reply: Reply) => readonly string[];
}

/** Prepares what an operation needs. */
export type AuditedOperation = (world: World) => Promise<AuditedCall>;

import type { Role, Scope } from '../shared/caller.ts';

/**
 * Who may call an operation. `anyone` needs no sign-in (a valid one is still known to the handler); otherwise the
 * roles that may, and the scope that lets an API key in. Whether a thing belongs to the caller is asked by the use case.
 */
export type Access =
  | 'anyone'
  /** Loopback peers, or the bearer of METRICS_TOKEN. */
  | 'metrics'
  | { readonly roles: readonly Role[]; readonly scopes?: readonly Scope[] };

/** Operation id of the OpenAPI document to its rule. A route that is not in it stops the start. */
export type AccessTable = Readonly<Record<string, Access>>;

/** What the shell serves of its own: documents for anybody, and every process has them. */
export const shellAccess: AccessTable = {
  getOpenApiDocument: 'anyone',
  getProblemPage: 'anyone',
  getIcon: 'anyone',
  getDocs: 'anyone',
};

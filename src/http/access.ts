import type { Restriction, Role, Scope } from '../shared/caller.ts';
import { authErrors } from '../shared/common-errors.ts';
import type { ErrorDefinition } from '../shared/errors.ts';

/**
 * Who may call an operation. `anyone` needs no sign-in (the handler still receives a valid one); otherwise the allowed
 * roles, the scopes that allow an API key, and with `guests` the token of the order that the operation concerns. With
 * `strangers`, a shop may also open it to those who have not signed in (`admitsStrangers`); the token of an order then
 * counts for nothing, as where anyone may call. Whether a resource belongs to the caller is checked by the use case.
 */
export type Access =
  | 'anyone'
  /** Loopback peers, or clients with METRICS_TOKEN. */
  | 'metrics'
  | {
      readonly roles: readonly Role[];
      readonly scopes?: readonly Scope[];
      readonly guests?: true;
      readonly strangers?: true;
      /** Restrictions under which users may still call it; `true`: under every one. */
      readonly whileRestricted?: true | readonly Restriction[];
      /** Whether users must have proved who they are within the last ten minutes. */
      readonly stepUp?: true;
      /** Whether the refresh cookie is enough, which the route then checks: the access token may have expired. */
      readonly byRefreshCookie?: true;
    };

/** The refusals of users who must do something else first. */
export const restrictionErrors: Readonly<Record<Restriction, ErrorDefinition>> = {
  password_change: authErrors.passwordChangeRequired,
  factor: authErrors.factorRequired,
};

/** Returns whether a rule admits users under this restriction. */
export function admitsRestricted(
  { whileRestricted = [] }: Exclude<Access, string>,
  restriction: Restriction,
): boolean {
  return whileRestricted === true || whileRestricted.includes(restriction);
}

/** Access rules by the operation id of the OpenAPI document. A route without a rule stops the start. */
export type AccessTable = Readonly<Record<string, Access>>;

/** The access rules of the shell's own routes: public documents that every process serves. */
export const shellAccess: AccessTable = {
  getOpenApiDocument: 'anyone',
  getProblemPage: 'anyone',
  getIcon: 'anyone',
  getDocs: 'anyone',
};

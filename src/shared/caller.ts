export type Role = 'customer' | 'kitchen' | 'admin';

export const scopes = [
  'orders:read',
  'orders:write',
  'orders:status',
  'catalog:write',
  'payments:read',
  'payments:refund',
  'operations:read',
] as const;

/** What an API key may do. */
export type Scope = (typeof scopes)[number];

export interface UserCaller {
  readonly kind: 'user';
  readonly id: string;
  readonly role: Role;
  readonly vip: boolean;
  /** The family of refresh tokens that the access token belongs to. */
  readonly familyId: string;
  /** The kinds of second factors that the user has. Absent: none. */
  readonly factors?: readonly FactorType[];
  /** Whether they proved who they are within the last ten minutes. Absent: they did not. */
  readonly hasRecentProof?: boolean;
  /** Present if the caller must do something before anything else; see `Access.whileRestricted`. */
  readonly restriction?: Restriction;
}

/** The kinds of second factors. */
export const factorTypes = ['totp', 'passkey'] as const;
export type FactorType = (typeof factorTypes)[number];

/** What a signed-in user must do first: choose a new password, or set up a second factor. */
export type Restriction = 'password_change' | 'factor';

export interface ApiKeyCaller {
  readonly kind: 'api_key';
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** The largest sum that it may refund within an hour, in minor units. Absent: no limit. */
  readonly refundMaxMinor?: number;
}

/**
 * Someone with the token of one order, such as a guest: they may do what its customer may do with it, and nothing else.
 * Only the order knows its customer, and whether the token still gives that right.
 */
export interface OrderCaller {
  readonly kind: 'order';
  /** The id of the order. */
  readonly id: string;
}

/** An authenticated caller: a signed-in user, a machine with an API key, or someone with the token of an order. */
export type Caller = UserCaller | ApiKeyCaller | OrderCaller;

/** The kinds of actors. An operator uses the command line. */
export const actorTypes = ['user', 'api_key', 'system', 'provider', 'operator'] as const;

/** Who made a change, as recorded in the log. `role` is null for actors without one. */
export interface Actor {
  readonly type: (typeof actorTypes)[number];
  readonly id: string | null;
  readonly role: Role | null;
}

/** Where a change came from, as recorded in the log. */
export interface Cause {
  readonly requestId: string | null;
  readonly traceId: string | null;
  /** The span of that trace that made the change: 16 hexadecimal digits. */
  readonly spanId?: string;
  readonly idempotencyKey?: string;
  readonly job?: string;
}

/** Where a request came from, as recorded in the audit. */
export interface Origin {
  /** The client's address as the trusted proxies tell it; null if unknown. */
  readonly address: string | null;
  /** At most 256 characters. */
  readonly userAgent: string | null;
}

/** Who makes a change, and why. */
export interface Author {
  readonly actor: Actor;
  readonly cause: Cause;
  /** Absent if no request was made, as on the command line. */
  readonly origin?: Origin;
}

/** Where a change comes from, as long as it is not known who makes it. */
export type Source = Omit<Author, 'actor'>;

export const systemActor: Actor = { type: 'system', id: null, role: null };
export const operatorActor: Actor = { type: 'operator', id: null, role: null };

/** Returns the author of what the command line does. `command` names it, such as `user disable`. */
export function operatorAuthor(command: string): Author {
  return { actor: operatorActor, cause: { requestId: null, traceId: null, job: command } };
}

/** Returns the author of what happens without a request. `task` names it, such as `start`. */
export function systemAuthor(task: string): Author {
  return { actor: systemActor, cause: { requestId: null, traceId: null, job: task } };
}

/** Returns the caller as an actor. Who has the token of an order is its customer, whose id is added with the order. */
export function toActor(caller: Caller): Actor {
  switch (caller.kind) {
    case 'user':
      return { type: 'user', id: caller.id, role: caller.role };
    case 'api_key':
      return { type: 'api_key', id: caller.id, role: null };
    case 'order':
      return { type: 'user', id: null, role: 'customer' };
  }
}

/** Returns whether the caller sees every order: kitchen, admins and API keys (whose scopes the access table checks). */
export function isStaff(caller: Caller | null): boolean {
  if (caller === null || caller.kind === 'order') return false;
  return caller.kind === 'api_key' || caller.role !== 'customer';
}

export function isAdmin(caller: Caller): boolean {
  return caller.kind === 'user' && caller.role === 'admin';
}

import type { Restriction, Role } from '../../shared/caller.ts';

export const roles = ['customer', 'kitchen', 'admin'] as const satisfies readonly Role[];

export const PASSWORD_LENGTH_MIN = 8;
export const STAFF_PASSWORD_LENGTH_MIN = 15;
export const STAFF_PASSWORD_WITH_FACTOR_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 256;
export const NAME_LENGTH_MAX = 200;

/** Someone for whom orders are placed: a user, or a guest, of whom the shop knows only what an order states. */
export interface Customer {
  id: string;
  /** Null only for a guest whom staff entered without one. Several guests may have the same address. */
  email: string | null;
  name: string;
  /** E.164. */
  phone: string | null;
  /** A guest is a customer who has no password and cannot sign in. */
  guest: boolean;
  role: Role;
  vip: boolean;
  disabled: boolean;
}

/** Someone with an account, who signs in with their e-mail address and a password. */
export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  vip: boolean;
  disabled: boolean;
  /** Whether, as staff, they must choose a new password at their next sign-in. */
  passwordChangeRequired: boolean;
  /** Whether it is proven that they read the mail of their address. */
  emailVerified: boolean;
  createdAt: Date;
}

/** Returns a user's own view of their account. `restriction` is what they must do before anything else. */
export function profileView(user: User, restriction: Restriction | null = null) {
  const { id, email, emailVerified, name, role, vip } = user;
  return {
    id,
    email,
    emailVerified,
    name,
    role,
    vip,
    createdAt: user.createdAt.toISOString(),
    ...(mustChangePassword(user) ? { passwordChangeRequired: true as const } : {}),
    ...(restriction === 'factor' ? { factorRequired: true as const } : {}),
  };
}

/** Returns whether a user who signs in now must choose a new password first. Customers never have to. */
export function mustChangePassword(user: Pick<User, 'role' | 'passwordChangeRequired'>): boolean {
  return user.role !== 'customer' && user.passwordChangeRequired;
}

export function isActiveAdmin({ role, disabled }: Pick<User, 'role' | 'disabled'>): boolean {
  return role === 'admin' && !disabled;
}

/** Returns a user as the audit shows them. */
export function auditedUser({
  email,
  name,
  role,
  vip,
  disabled,
}: Pick<User, 'email' | 'name' | 'role' | 'vip' | 'disabled'>) {
  return { email, name, role, vip, disabled };
}

/** Returns an admin's view of a user. */
export function userView({ disabled, ...user }: User) {
  const { passwordChangeRequired: _, ...profile } = profileView({ ...user, disabled });
  return { ...profile, disabled };
}

export type Profile = ReturnType<typeof profileView>;
export type UserView = ReturnType<typeof userView>;

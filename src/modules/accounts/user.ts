import type { Role } from '../../shared/caller.ts';

export const roles = ['customer', 'kitchen', 'admin'] as const satisfies readonly Role[];

export const PASSWORD_LENGTH_MIN = 8;
export const PASSWORD_LENGTH_MAX = 256;
export const NAME_LENGTH_MAX = 200;

/** The part of a user that other modules may read. */
export interface Customer {
  id: string;
  email: string;
  name: string;
  role: Role;
  vip: boolean;
  disabled: boolean;
}

export interface User extends Customer {
  createdAt: Date;
}

/** Returns a user's own view of their account. */
export function profileView(user: User) {
  const { id, email, name, role, vip } = user;
  return { id, email, name, role, vip, createdAt: user.createdAt.toISOString() };
}

/** Returns an admin's view of a user. */
export function userView(user: User) {
  return { ...profileView(user), disabled: user.disabled };
}

export type Profile = ReturnType<typeof profileView>;
export type UserView = ReturnType<typeof userView>;

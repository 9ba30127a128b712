import type { Outcome } from '../../http/index.ts';

/** A limit beside the one that holds for everything. */
export interface SpecialLimit {
  readonly limit: 'auth' | 'checkout';
  /** Which answers count; the others give the point back. */
  readonly counts: (outcome: Outcome) => boolean;
}

/** A wrong password, or a sign-up for an address that is taken. */
const failures: SpecialLimit = {
  limit: 'auth',
  counts: ({ status }) => status === 401 || status === 409,
};

/**
 * What had an effect (201, or 202 for one that will have) and what the state refused. A repeat had its effect before,
 * and refused input none.
 */
const effects: SpecialLimit = {
  limit: 'checkout',
  counts: ({ status, replayed }) =>
    !replayed && (status === 201 || status === 202 || status === 409),
};

/** Which operations have a limit of their own, by operation id. All under `/api` have the global one. */
export const limitTable: Readonly<Record<string, SpecialLimit>> = {
  signUp: failures,
  register: failures,
  logIn: failures,
  changePassword: failures,

  placeOrder: effects,
  checkOut: effects,
  initiatePayment: effects,
};

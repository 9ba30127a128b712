import type { Caller, FactorType } from './caller.ts';
import { authErrors } from './common-errors.ts';
import { CodedError } from './errors.ts';

/** How a user can prove who they are. */
export type ProofMethod = FactorType | 'recoveryCode' | 'password';

/** Returns how a user with these factors can prove who they are: by password only as long as they have none. */
export function listProofMethods(factors: readonly FactorType[]): readonly ProofMethod[] {
  return factors.length === 0 ? ['password'] : [...factors, 'recoveryCode'];
}

/** Builds the refusal of what a user with these factors may do only after a step-up. */
export function stepUpRequired(factors: readonly FactorType[]): CodedError {
  return new CodedError(authErrors.stepUpRequired, {
    extensions: { methods: listProofMethods(factors) },
  });
}

/**
 * Throws `auth.step_up_required` for a user who has not proved who they are within the last ten minutes. API keys and
 * order tokens do not step up: what they may do is limited otherwise.
 */
export function requireRecentProof(caller: Caller): void {
  if (caller.kind !== 'user' || caller.hasRecentProof === true) return;
  throw stepUpRequired(caller.factors ?? []);
}

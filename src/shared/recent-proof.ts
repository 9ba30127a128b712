import type { Caller, FactorType, UserCaller } from './caller.ts';
import { authErrors } from './common-errors.ts';
import { CodedError } from './errors.ts';

/** What a step-up takes, as it is named there. */
export type StepUpMethod = FactorType | 'recoveryCode' | 'password';

/** Builds the refusal of what needs a recent proof. `methods` are those of the caller. */
export function stepUpRequired(methods: readonly StepUpMethod[]): CodedError {
  return new CodedError(authErrors.stepUpRequired, { extensions: { methods } });
}

/** Returns how a caller can step up: by password only as long as they have no factor. */
export function listStepUpMethods({ factors = [] }: UserCaller): readonly StepUpMethod[] {
  return factors.length === 0 ? ['password'] : [...factors, 'recoveryCode'];
}

/**
 * Throws `auth.step_up_required` for a user who has not proved who they are within the last ten minutes. API keys and
 * order tokens do not step up: what they may do is limited otherwise.
 */
export function requireRecentProof(caller: Caller): void {
  if (caller.kind !== 'user' || caller.hasRecentProof === true) return;
  throw stepUpRequired(listStepUpMethods(caller));
}

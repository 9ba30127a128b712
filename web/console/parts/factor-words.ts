// Not from `factors.ts`, which only browsers can load, so that tests can load the files that use this.
import type { FactorType } from '../../../src/shared/caller.ts';

export const factorWords: Readonly<Record<FactorType, string>> = {
  passkey: 'Passkey',
  totp: 'Authenticator app',
};

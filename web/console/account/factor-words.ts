import type { Factor } from '../../shared/factors.ts';

export const factorWords: Readonly<Record<Factor['type'], string>> = {
  passkey: 'Passkey',
  totp: 'Authenticator app',
};

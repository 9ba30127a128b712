import { storageKey } from './paths.ts';

/**
 * Announces sign-ins and sign-outs to all tabs of this browser. Absent: no sign-in is known here, so the profile is not
 * requested; otherwise each visit of a guest would be a 401. `SIGNED_OUT`: a user signed out, or their session ended. Any
 * other value: a user signed in. It differs each time, because storing an equal value notifies no other tab.
 */
const KEY = storageKey('signed-in');
const SIGNED_OUT = 'signed-out';

export const sessionMark = {
  key: KEY,
  read: (): string | null => localStorage.getItem(KEY),
  isSignedOut: (): boolean => localStorage.getItem(KEY) === SIGNED_OUT,
  signIn(): void {
    // A page served over plain http has no `crypto.randomUUID`.
    localStorage.setItem(KEY, String(Math.random()));
  },
  signOut(): void {
    localStorage.setItem(KEY, SIGNED_OUT);
  },
};

import { useSyncExternalStore } from 'react';

/** `ended`: the server no longer recognizes this browser. `asking`: in addition, the sign-in dialog is open. */
export type SessionState = 'fine' | 'ended' | 'asking';

let state: SessionState = 'fine';
const listeners = new Set<() => void>();

/**
 * A session may end while a page is open, with text typed into it. So the page stays as it is, and shows next to the
 * failed action that the user has to sign in again.
 */
export const sessionEnd = {
  read: (): SessionState => state,
  set(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useSessionState(): SessionState {
  return useSyncExternalStore(sessionEnd.subscribe, sessionEnd.read);
}

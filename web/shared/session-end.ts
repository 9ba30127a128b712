import { useSyncExternalStore } from 'react';

/** `ended`: the server does not know this browser any more. `asking`: and the person is about to sign in again. */
export type SessionState = 'fine' | 'ended' | 'asking';

let state: SessionState = 'fine';
const listeners = new Set<() => void>();

/**
 * A session ends while a page is open, with things typed into it. So the page stays as it is, and says at what was not
 * done that one has to sign in again.
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

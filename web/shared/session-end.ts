import { useSyncExternalStore } from 'react';

/** `ended`: the server no longer recognizes this browser, although nobody has signed out here. */
export type SessionState = 'fine' | 'ended';

let state: SessionState = 'fine';
const listeners = new Set<() => void>();

/**
 * A session may end while a page is open: by age, or because somebody ended it elsewhere. Whoever looks at the page then need
 * not be its user, so it drops what it shows and asks to sign in.
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

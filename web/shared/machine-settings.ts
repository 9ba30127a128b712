import { storageKey } from './paths.ts';
import { sessionMark } from './session-mark.ts';

/** Whether the board plays a sound for a new order: `on` or `off`. */
export const SOUND_KEY = storageKey('board.sound');

/** What belongs to this machine, such as the tablet in a kitchen, and not to the user who signs out. */
const KEYS = [SOUND_KEY];

/** Returns a function that stores the settings of this machine again, as they are now. */
export function rememberMachineSettings(): () => void {
  const kept = KEYS.map((key) => [key, localStorage.getItem(key)] as const);
  return () => {
    for (const [key, value] of kept) if (value !== null) localStorage.setItem(key, value);
  };
}

/**
 * Removes everything else that pages of this server have stored in this browser, whether the server can be reached or not, so
 * that the next user of the machine does not find it. For the tab that ends a session, and only then: another tab may notice
 * minutes later, when a guest has filled a cart.
 */
export function clearStorage(): void {
  const isChanged = clearOwn(localStorage);
  clearTabStorage();
  // What remembers a stored value in this tab reads it again, as after a change in another tab.
  if (isChanged) dispatchEvent(new StorageEvent('storage', { key: null }));
}

/** Removes what only this tab can read. */
export function clearTabStorage(): void {
  clearOwn(sessionStorage);
}

/** Returns whether there was anything to remove. */
function clearOwn(storage: Storage): boolean {
  const kept = new Set([...KEYS, sessionMark.key]);
  const keys = Object.keys(storage).filter(
    (key) => key.startsWith(storageKey('')) && !kept.has(key),
  );
  for (const key of keys) storage.removeItem(key);
  return keys.length > 0;
}

import { storageKey } from './paths.ts';

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

import { storageKey } from '../shared/paths.ts';
import { noDetails, noTerms, type Terms } from './terms.ts';

const KEY = storageKey('terms');

let current: Terms | null = null;
const listeners = new Set<() => void>();

function changedHere(): void {
  current = null;
  for (const listener of listeners) listener();
}

addEventListener('storage', ({ key }) => {
  if (key === null || key === KEY) changedHere();
});

function readStored(): Terms {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Terms>;
    const fulfilment = stored.fulfilment ?? null;
    return {
      ...noTerms,
      ...stored,
      // Older versions of this page stored no contact and no time.
      fulfilment: fulfilment === null ? null : { ...noDetails, ...fulfilment },
    };
  } catch {
    return noTerms;
  }
}

/** The codes, tip and fulfilment of a guest's cart, stored in this browser until the guest signs in. */
export const guestTerms = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read(): Terms {
    current ??= readStored();
    return current;
  },
  change(changes: Partial<Terms>): void {
    localStorage.setItem(KEY, JSON.stringify({ ...readStored(), ...changes }));
    changedHere();
  },
  clear(): void {
    localStorage.removeItem(KEY);
    changedHere();
  },
};

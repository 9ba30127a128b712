import { storageKey } from '../shared/paths.ts';
import { type CartLine, getItemKey } from './cart-line.ts';

/** Each item has its own entry, so that two tabs that add different items never overwrite each other. */
const PREFIX = storageKey('cart.');

/** An entry as it is stored. Older versions of this page stored neither modifiers nor notes. */
interface Entry {
  readonly item: Omit<CartLine, 'modifiers' | 'note'> &
    Partial<Pick<CartLine, 'modifiers' | 'note'>>;
  /** The cart shows its lines in this order. */
  readonly place: number;
}

export interface StoredLine {
  readonly key: string;
  readonly text: string;
  readonly line: CartLine;
  readonly place: number;
}

let current: readonly CartLine[] | null = null;
const listeners = new Set<() => void>();

/** Reads what this browser stores now, which may differ from what a tab remembers. Unreadable entries are skipped. */
function readAll(): StoredLine[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => {
      const text = localStorage.getItem(key) ?? '';
      try {
        const { item, place } = JSON.parse(text) as Entry;
        const line = { ...item, modifiers: item.modifiers ?? [], note: item.note ?? null };
        const isSound = PREFIX + getItemKey(line) === key && line.quantity > 0;
        return isSound ? [{ key, text, line, place }] : [];
      } catch {
        return [];
      }
    })
    .sort((a, b) => a.place - b.place);
}

/** Writes the lines that differ from those that are stored. */
function writeChanges(stored: readonly StoredLine[], lines: readonly CartLine[]): void {
  const kept = new Set(lines.map((line) => PREFIX + getItemKey(line)));
  for (const { key } of stored) if (!kept.has(key)) localStorage.removeItem(key);
  const last = stored.at(-1)?.place ?? 0;
  for (const [index, line] of lines.entries()) {
    const key = PREFIX + getItemKey(line);
    const known = stored.find((other) => other.key === key);
    // A line that replaces another one takes its place, a new one comes last.
    const place = known?.place ?? stored[index]?.place ?? last + 1;
    const text = JSON.stringify({ item: line, place } satisfies Entry);
    if (known?.text !== text) localStorage.setItem(key, text);
  }
  changedHere();
}

function changedHere(): void {
  current = null;
  for (const listener of listeners) listener();
}

addEventListener('storage', ({ key }) => {
  if (key === null || key.startsWith(PREFIX)) changedHere();
});

/** The cart of a guest, stored in this browser and shared by all its tabs. */
export const guestCart = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  read(): readonly CartLine[] {
    current ??= readAll().map(({ line }) => line);
    return current;
  },
  /** Applies a change to the lines that this browser stores now. */
  change(next: (lines: readonly CartLine[]) => readonly CartLine[]): void {
    const stored = readAll();
    writeChanges(stored, next(stored.map(({ line }) => line)));
  },
  /** Removes all lines, after they were ordered. */
  clear(): void {
    for (const { key } of readAll()) localStorage.removeItem(key);
    changedHere();
  },
  /** Returns the lines as they are stored, to move them elsewhere one by one. */
  list: readAll,
  isStillThere({ key, text }: StoredLine): boolean {
    return localStorage.getItem(key) === text;
  },
  /** Removes a line that was moved, unless it was changed since. */
  remove(stored: StoredLine): void {
    if (guestCart.isStillThere(stored)) localStorage.removeItem(stored.key);
    changedHere();
  },
};

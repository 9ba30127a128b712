const texts = new Map<string, string>();
const listeners = new Set<() => void>();

/**
 * What people typed and have not sent yet. It outlives a page of this tab, but neither a reload nor a session: names, addresses
 * and notes are not stored on the machine, which others may use.
 */
export const typedTexts = {
  /** Returns null if nothing was typed. */
  read: (name: string): string | null => texts.get(name) ?? null,
  write(name: string, text: string | null): void {
    if (text === null) texts.delete(name);
    else texts.set(name, text);
  },
  clear(): void {
    texts.clear();
    for (const listener of listeners) listener();
  },
  /** Calls the listener when everything is cleared. */
  onClear(listener: () => void): void {
    listeners.add(listener);
  },
};

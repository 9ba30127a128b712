import { useSyncExternalStore } from 'react';

let codes: readonly string[] | null = null;
const listeners = new Set<() => void>();

/**
 * Recovery codes that the server has just created and never shows again. They are kept outside the pages, because a page
 * may give way to another one as soon as the user has a second factor.
 */
export const recoveryCodes = {
  read: (): readonly string[] | null => codes,
  /** Shows these codes until the user has stored them. Null: they have. */
  show(next: readonly string[] | null): void {
    codes = next;
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** Returns the codes that the page has to show in a dialog; null if there are none. */
export function useRecoveryCodes(): readonly string[] | null {
  return useSyncExternalStore(recoveryCodes.subscribe, recoveryCodes.read);
}

/** Returns the codes as the text of a file. `origin` tells which shop they are for. */
export function formatRecoveryFile(
  shown: readonly string[],
  { email, origin }: { readonly email: string; readonly origin: string },
): string {
  return [`Recovery codes of ${email}`, `for ${origin}`, 'Each works once.', '', ...shown, ''].join(
    '\n',
  );
}

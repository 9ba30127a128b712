import { useState } from 'react';
import { storageKey } from '../shared/paths.ts';

const PREFIX = storageKey('kept.');

/** Returns a typed text, stored in this tab until it is used, even across a sign-in. Null: nothing was typed. */
export function useStoredText(name: string) {
  const key = PREFIX + name;
  const [text, setText] = useState(() => sessionStorage.getItem(key));
  return {
    text,
    setText(next: string | null) {
      setText(next);
      if (next === null) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, next);
    },
  };
}

/** Removes the stored texts at sign-out, so that the next user of this machine does not see them. */
export function clearStoredTexts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}

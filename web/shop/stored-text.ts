import { useState } from 'react';
import { storageKey } from '../shared/paths.ts';

const PREFIX = storageKey('kept.');

/** What somebody typed, kept in this tab until it is used: also over a sign-in on the way. */
export function useStoredText(name: string) {
  const key = PREFIX + name;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  return {
    text,
    setText(next: string) {
      setText(next);
      if (next === '') sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, next);
    },
  };
}

/** Who signs out leaves nothing for the next one at this machine. */
export function clearStoredTexts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}

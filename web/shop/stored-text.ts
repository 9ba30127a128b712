import { useState } from 'react';
import { storageKey } from '../shared/paths.ts';

const PREFIX = storageKey('kept.');

/** Returns a typed text, stored in this tab until it is used or the session ends. Null: nothing was typed. */
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

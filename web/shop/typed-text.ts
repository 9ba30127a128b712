import { useState } from 'react';
import { typedTexts } from '../shared/typed-texts.ts';

/** Returns a typed text, which this tab keeps until it is used or the session ends. Null: nothing was typed. */
export function useTypedText(name: string) {
  const [text, setText] = useState(() => typedTexts.read(name));
  return {
    text,
    setText(next: string | null) {
      setText(next);
      typedTexts.write(name, next);
    },
  };
}

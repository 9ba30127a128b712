import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import type { WholeReading } from '../../shared/whole-number.ts';

export interface WholeEntry {
  readonly text: string;
  /** Null if the text is empty or not a whole number. */
  readonly value: number | null;
  readonly error: string | null;
  setText(text: string): void;
}

/** Returns the state of a whole-number field, parsed by `read`. */
export function useWholeEntry(read: (text: string) => WholeReading): WholeEntry {
  const [text, setText] = useState('');
  const reading = text.trim() === '' ? { value: null, error: null } : read(text);
  return { text, setText, ...reading };
}

interface WholeFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  readonly entry: WholeEntry;
}

export function WholeField({ entry: { text, error, setText }, ...input }: WholeFieldProps) {
  return (
    <TextInput
      inputMode="numeric"
      autoComplete="off"
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={text}
      error={error}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      {...input}
    />
  );
}

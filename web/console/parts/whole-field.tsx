import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { formatWhole, type WholeReading } from '../../shared/whole-number.ts';

export interface WholeEntry {
  readonly text: string;
  /** Null if the text is empty or not a whole number. */
  readonly value: number | null;
  readonly error: string | null;
  setText(text: string): void;
}

/** Returns the state of a whole-number field, parsed by `read`. */
export function useWholeEntry(
  read: (text: string) => WholeReading,
  first: number | null = null,
): WholeEntry {
  const [text, setText] = useState(first === null ? '' : formatWhole(first));
  return buildWholeEntry(read, text, setText);
}

/** Builds the state of a whole-number field whose text is kept elsewhere. */
export function buildWholeEntry(
  read: (text: string) => WholeReading,
  text: string,
  setText: (text: string) => void,
): WholeEntry {
  const reading = text.trim() === '' ? { value: null, error: null } : read(text);
  return { text, setText, ...reading };
}

interface WholeFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  readonly entry: WholeEntry;
  /** The server's words about the field. */
  readonly refusal?: string | null;
}

export function WholeField({
  entry: { text, error, setText },
  refusal = null,
  ...input
}: WholeFieldProps) {
  return (
    <TextInput
      inputMode="numeric"
      autoComplete="off"
      value={text}
      error={error ?? refusal}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      {...input}
    />
  );
}

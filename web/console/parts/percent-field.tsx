import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { editablePercent, formatPercent, readPercent } from '../../shared/percent.ts';

export interface PercentEntry {
  readonly text: string;
  /** As the API writes it, such as `8.875`. Null if the text is empty or not a percentage. */
  readonly percent: string | null;
  readonly error: string | null;
  readonly isTouched: boolean;
  setText(text: string): void;
}

/** Returns the state of a percentage field. The initial one is returned unchanged. */
export function usePercentEntry(first: string | null = null): PercentEntry {
  const [typed, setText] = useState<string | null>(null);
  const base = { isTouched: typed !== null, setText };
  if (typed === null) {
    const text = first === null ? '' : editablePercent(first);
    return { ...base, text, percent: first, error: null };
  }
  const reading = typed.trim() === '' ? { percent: null, error: null } : readPercent(typed);
  return { ...base, text: typed, ...reading };
}

interface PercentFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  readonly entry: PercentEntry;
  /** The server's words about the field. */
  readonly refusal?: string | null;
}

/** Shows below the field how the text was read, before it is sent. */
export function PercentField({ entry, description, refusal = null, ...input }: PercentFieldProps) {
  const { text, percent, error, isTouched, setText } = entry;
  const readBack =
    isTouched && percent !== null ? `That is ${formatPercent(percent)}.` : description;
  return (
    <TextInput
      inputMode="decimal"
      autoComplete="off"
      value={text}
      description={readBack}
      error={error ?? refusal}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      {...input}
    />
  );
}

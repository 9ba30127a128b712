import { TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import type { Money } from '../../shared/api.ts';
import { editableMoney, formatMoney, readMoney } from '../../shared/money.ts';

export interface MoneyEntry {
  readonly text: string;
  /** Null if the text is empty or not an amount. */
  readonly money: Money | null;
  readonly error: string | null;
  /** Whether the user has typed. Until then the amount is the initial one, whatever its text looks like. */
  readonly isTouched: boolean;
  setText(text: string): void;
}

/** Returns the state of an amount field. The initial amount is returned unchanged, never parsed from its text. */
export function useMoneyEntry(currency: string, first: Money | null = null): MoneyEntry {
  const [typed, setTyped] = useState<string | null>(null);
  return buildMoneyEntry(currency, first, typed, setTyped);
}

/** Builds the state of an amount field whose text is kept elsewhere. `typed` is null until the user types. */
export function buildMoneyEntry(
  currency: string,
  first: Money | null,
  typed: string | null,
  setText: (text: string) => void,
): MoneyEntry {
  const base = { isTouched: typed !== null, setText };
  if (typed === null) {
    return { ...base, text: first === null ? '' : editableMoney(first), money: first, error: null };
  }
  const reading = typed.trim() === '' ? { money: null, error: null } : readMoney(typed, currency);
  return { ...base, text: typed, ...reading };
}

interface MoneyFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  readonly entry: MoneyEntry;
  /** The server's words about the field. */
  readonly refusal?: string | null;
}

/** Shows below the field how the text was read, before it is sent. */
export function MoneyField({ entry, description, refusal = null, ...input }: MoneyFieldProps) {
  const { text, money, error, isTouched, setText } = entry;
  const readBack = isTouched && money !== null ? `That is ${formatMoney(money)}.` : description;
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

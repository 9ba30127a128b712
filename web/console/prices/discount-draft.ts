import { useState } from 'react';
import type { BodyOf } from '../../shared/api.ts';
import { formatLocalTime, parseLocalTime } from '../../shared/moments.ts';
import { formatWhole, readWhole } from '../../shared/whole-number.ts';
import { useMoneyEntry } from '../parts/money-field.tsx';
import { usePercentEntry } from '../parts/percent-field.tsx';
import { useWholeEntry } from '../parts/whole-field.tsx';
import type { Discount } from './rules.ts';

/** Which lines a discount of lines is for. */
export type Matches = 'all' | 'skus' | 'categories';

/** The fields that are neither numbers nor times. */
interface Choices {
  readonly code: string;
  readonly name: string;
  readonly kind: Discount['kind'];
  readonly scope: NonNullable<Discount['scope']>;
  readonly matches: Matches;
  readonly skus: string[];
  readonly categories: string[];
  readonly firstOrderOnly: boolean;
  readonly combines: boolean;
  readonly active: boolean;
}

export interface TimeEntry {
  readonly text: string;
  /** Null if the field is empty. */
  readonly at: string | null;
  setText(text: string): void;
}

/** Returns what is being typed about a discount. */
export function useDiscountDraft(rule: Discount | null, currency: string) {
  const [choices, setChoices] = useState<Choices>(() => toChoices(rule));
  const percent = usePercentEntry(rule?.percent);
  const amount = useMoneyEntry(currency, rule?.amount);
  const minimumSubtotal = useMoneyEntry(currency, rule?.minimumSubtotal);
  const startsAt = useTimeEntry(rule?.startsAt ?? null);
  const endsAt = useTimeEntry(rule?.endsAt ?? null);
  const usesMax = useWholeEntry(readPositive, rule?.usesMax);
  const usesPerCustomerMax = useWholeEntry(readPositive, rule?.usesPerCustomerMax);
  const { kind, scope, matches } = choices;
  const entries = [
    ...(kind === 'PERCENT' ? [percent] : []),
    ...(kind === 'AMOUNT' ? [amount] : []),
    minimumSubtotal,
    usesMax,
    usesPerCustomerMax,
  ];
  const isBackwards = startsAt.at !== null && endsAt.at !== null && startsAt.at >= endsAt.at;
  return {
    ...choices,
    set: (change: Partial<Choices>) => setChoices((old) => ({ ...old, ...change })),
    percent,
    amount,
    minimumSubtotal,
    startsAt,
    endsAt,
    usesMax,
    usesPerCustomerMax,
    periodError: isBackwards ? 'The end must be later than the start.' : null,
    isComplete: !isBackwards && entries.every(({ error }) => error === null),
    toBody(): BodyOf<'createDiscount'> {
      const isOfLines = kind !== 'FREE_DELIVERY' && scope === 'LINES';
      const { skus, categories, firstOrderOnly, combines, active } = choices;
      const orNull = (wanted: Matches, values: string[]) =>
        isOfLines && matches === wanted && values.length > 0 ? values : null;
      const code = choices.code.trim();
      return {
        code: code === '' ? null : code,
        name: choices.name.trim(),
        kind,
        percent: kind === 'PERCENT' ? percent.percent : null,
        amount: kind === 'AMOUNT' ? amount.money : null,
        scope: kind === 'FREE_DELIVERY' ? null : scope,
        skus: orNull('skus', skus),
        categories: orNull('categories', categories),
        minimumSubtotal: minimumSubtotal.money,
        startsAt: startsAt.at,
        endsAt: endsAt.at,
        usesMax: usesMax.value,
        usesPerCustomerMax: usesPerCustomerMax.value,
        firstOrderOnly,
        combines,
        active,
      };
    },
  };
}

export type DiscountDraft = ReturnType<typeof useDiscountDraft>;

function toChoices(rule: Discount | null): Choices {
  const { skus = null, categories = null } = rule ?? {};
  return {
    code: rule?.code ?? '',
    name: rule?.name ?? '',
    kind: rule?.kind ?? 'PERCENT',
    scope: rule?.scope ?? 'ORDER',
    matches: skus !== null ? 'skus' : categories !== null ? 'categories' : 'all',
    skus: skus ?? [],
    categories: categories ?? [],
    firstOrderOnly: rule?.firstOrderOnly ?? false,
    combines: rule?.combines ?? false,
    active: rule?.active ?? true,
  };
}

/** Keeps an unchanged time to the millisecond, of which the field shows only the minute. */
function useTimeEntry(first: string | null): TimeEntry {
  const [typed, setText] = useState<string | null>(null);
  if (typed === null) {
    return { text: first === null ? '' : formatLocalTime(first), at: first, setText };
  }
  return { text: typed, at: parseLocalTime(typed), setText };
}

function readPositive(text: string) {
  const reading = readWhole(text);
  return reading.value === 0
    ? { value: null, error: `Enter ${formatWhole(1)} or more, or leave the field empty.` }
    : reading;
}

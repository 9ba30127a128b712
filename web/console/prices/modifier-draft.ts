import type { BodyOf, Money } from '../../shared/api.ts';
import { formatWhole, readWhole } from '../../shared/whole-number.ts';
import { buildMoneyEntry, type MoneyEntry } from '../parts/money-field.tsx';
import { buildWholeEntry, type WholeEntry } from '../parts/whole-field.tsx';
import type { ModifierGroup } from './rules.ts';

/** What is being typed about one modifier of a group. */
export interface ModifierDraft {
  /** Stays the same while the modifier is moved and renamed. */
  readonly key: number;
  readonly name: string;
  /** Null until it is typed: it follows from the name. */
  readonly code: string | null;
  readonly firstPrice: Money | null;
  readonly typedPrice: string | null;
  readonly quantityMax: string;
  readonly sku: string;
  readonly active: boolean;
}

/** The form of a SKU, which codes have too. */
export const CODE_PATTERN = '[A-Za-z0-9][A-Za-z0-9._\\-]*';
export const CODE_LENGTH_MAX = 64;

export function toDrafts(modifiers: ModifierGroup['modifiers']): readonly ModifierDraft[] {
  return modifiers.map(({ code, name, price, quantityMax, sku, active }, place) => ({
    key: place,
    name,
    code,
    firstPrice: price,
    typedPrice: null,
    quantityMax: formatWhole(quantityMax),
    sku: sku ?? '',
    active,
  }));
}

export function addDraft(drafts: readonly ModifierDraft[], currency: string) {
  const draft: ModifierDraft = {
    key: Math.max(-1, ...drafts.map(({ key }) => key)) + 1,
    name: '',
    code: null,
    firstPrice: { amount: 0, currency },
    typedPrice: null,
    quantityMax: formatWhole(1),
    sku: '',
    active: true,
  };
  return [...drafts, draft];
}

export function moveDraft(
  drafts: readonly ModifierDraft[],
  from: number,
  to: number,
): readonly ModifierDraft[] {
  const moved = drafts[from];
  if (moved === undefined || to < 0 || to >= drafts.length) return drafts;
  return drafts.toSpliced(from, 1).toSpliced(to, 0, moved);
}

/** Returns the code of a modifier: as typed, or its name in capitals with hyphens. */
export function getCode({ code, name }: ModifierDraft): string {
  if (code !== null) return code.trim();
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
  return plain
    .replace(/[^A-Z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, CODE_LENGTH_MAX);
}

export function buildPriceEntry(
  { firstPrice, typedPrice }: ModifierDraft,
  currency: string,
  setText: (text: string) => void = () => {},
): MoneyEntry {
  return buildMoneyEntry(currency, firstPrice, typedPrice, setText);
}

export function buildMaxEntry(
  { quantityMax }: ModifierDraft,
  setText: (text: string) => void = () => {},
): WholeEntry {
  return buildWholeEntry(readWhole, quantityMax, setText);
}

/** Returns the modifiers as the API accepts them, or null if one is incomplete. */
export function toModifiers(
  drafts: readonly ModifierDraft[],
  currency: string,
): BodyOf<'createModifierGroup'>['modifiers'] | null {
  const modifiers: BodyOf<'createModifierGroup'>['modifiers'] = [];
  for (const draft of drafts) {
    const price = buildPriceEntry(draft, currency).money;
    const quantityMax = buildMaxEntry(draft).value;
    if (price === null || quantityMax === null) return null;
    const { name, sku, active } = draft;
    modifiers.push({
      code: getCode(draft),
      name: name.trim(),
      price,
      quantityMax,
      sku: sku.trim() === '' ? null : sku.trim(),
      active,
    });
  }
  return modifiers;
}

import type { Modifier, ModifierGroup } from './modifier-group.ts';

/** A modifier that a line names. */
export interface RequestedModifier {
  readonly code: string;
  /** Units for one unit of the line, 1 or more. */
  readonly quantity: number;
}

/** A modifier of a line, as it is offered now. */
export interface ChosenModifier extends RequestedModifier {
  readonly name: string;
  readonly unitPriceMinor: number;
  readonly productId: string | null;
}

export type ModifierChoice =
  | { readonly kind: 'chosen'; readonly modifiers: readonly ChosenModifier[] }
  | RefusedModifiers;

/** Why modifiers cannot be chosen together: unknown ones first, then each group out of range, in their order. */
export interface RefusedModifiers {
  readonly kind: 'refused_modifiers';
  readonly refusals: readonly [ModifierRefusal, ...ModifierRefusal[]];
}

export type ModifierRefusal = UnknownModifiers | GroupOutOfRange;

export interface UnknownModifiers {
  readonly kind: 'unknown_modifier';
  /** Their places in the request, ascending. */
  readonly indexes: readonly number[];
}

export interface GroupOutOfRange {
  readonly kind: 'modifiers_out_of_range';
  /** The id of the group. */
  readonly group: string;
  readonly min: number;
  readonly max: number;
  /** At least one. */
  readonly faults: readonly RangeFault[];
}

export interface RangeFault {
  /** The requested modifier that exceeds a limit. Null: too few are chosen. */
  readonly index: number | null;
  /** For the caller: which limit is not met. */
  readonly detail: string;
}

const NOTHING: ModifierChoice = { kind: 'chosen', modifiers: [] };

/**
 * Chooses modifiers for one line. `groups` are those of its product, in the product's order; `requested` has each code
 * at most once. The chosen modifiers are in the order of the groups and their modifiers.
 */
export function chooseModifiers(
  groups: readonly ModifierGroup[],
  requested: readonly RequestedModifier[],
): ModifierChoice {
  if (groups.length === 0 && requested.length === 0) return NOTHING;
  const indexes = new Map(requested.map(({ code }, index) => [code, index]));
  const modifiers: ChosenModifier[] = [];
  const refusals: ModifierRefusal[] = [];
  for (const group of groups) {
    const faults: RangeFault[] = [];
    let units = 0;
    for (const modifier of group.modifiers) {
      const index = modifier.active ? indexes.get(modifier.code) : undefined;
      if (index === undefined) continue;
      indexes.delete(modifier.code);
      const { quantity } = requested[index]!;
      if (quantity > modifier.quantityMax) {
        faults.push({ index, detail: `At most ${modifier.quantityMax} of ${modifier.name}.` });
      }
      // The first one with which the group has too many.
      if (units <= group.max && units + quantity > group.max) {
        faults.push({ index, detail: `At most ${group.max} of ${group.name}.` });
      }
      units += quantity;
      modifiers.push(toChosen(modifier, quantity));
    }
    if (units < group.min) {
      faults.push({ index: null, detail: `At least ${group.min} of ${group.name}.` });
    }
    if (faults.length > 0) refusals.push(toRefusal(group, faults));
  }
  // Those left over; a map keeps the order of its entries.
  if (indexes.size > 0) {
    refusals.unshift({ kind: 'unknown_modifier', indexes: [...indexes.values()] });
  }
  const [first, ...others] = refusals;
  if (first !== undefined) return { kind: 'refused_modifiers', refusals: [first, ...others] };
  return { kind: 'chosen', modifiers };
}

function toChosen(modifier: Modifier, quantity: number): ChosenModifier {
  const { code, name, priceMinor: unitPriceMinor, productId } = modifier;
  return { code, name, quantity, unitPriceMinor, productId };
}

function toRefusal(
  { id, min, max }: ModifierGroup,
  faults: readonly RangeFault[],
): GroupOutOfRange {
  return { kind: 'modifiers_out_of_range', group: id, min, max, faults };
}

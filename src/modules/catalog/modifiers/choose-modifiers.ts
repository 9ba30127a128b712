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
  | ModifierRefusal;

/** Why modifiers cannot be chosen together. */
export type ModifierRefusal =
  | { readonly kind: 'unknown_modifier'; readonly index: number }
  | {
      readonly kind: 'modifiers_out_of_range';
      /** The id of the group. */
      readonly group: string;
      readonly min: number;
      readonly max: number;
      /** The first requested modifier that exceeds a limit. Null: too few are chosen. */
      readonly index: number | null;
      /** For the caller: which limit is not met. */
      readonly detail: string;
    };

const NOTHING: ModifierChoice = { kind: 'chosen', modifiers: [] };

/**
 * Chooses modifiers for one line. `groups` are those of its product, in the product's order; `requested` has each code
 * at most once. The chosen modifiers are in the order of the groups and their modifiers. Unknown codes are refused
 * before ranges, each kind in order.
 */
export function chooseModifiers(
  groups: readonly ModifierGroup[],
  requested: readonly RequestedModifier[],
): ModifierChoice {
  if (groups.length === 0 && requested.length === 0) return NOTHING;
  const indexes = new Map(requested.map(({ code }, index) => [code, index]));
  const modifiers: ChosenModifier[] = [];
  let outOfRange: ModifierRefusal | null = null;
  for (const group of groups) {
    let units = 0;
    for (const modifier of group.modifiers) {
      const index = modifier.active ? indexes.get(modifier.code) : undefined;
      if (index === undefined) continue;
      indexes.delete(modifier.code);
      const { quantity } = requested[index]!;
      units += quantity;
      modifiers.push(toChosen(modifier, quantity));
      if (quantity > modifier.quantityMax) {
        outOfRange ??= refuse(group, index, `At most ${modifier.quantityMax} of ${modifier.name}.`);
      }
      if (units > group.max) {
        outOfRange ??= refuse(group, index, `At most ${group.max} of ${group.name}.`);
      }
    }
    if (units < group.min) {
      outOfRange ??= refuse(group, null, `At least ${group.min} of ${group.name}.`);
    }
  }
  // Those left over; a map keeps the order of its entries.
  const [unknownIndex] = indexes.values();
  if (unknownIndex !== undefined) return { kind: 'unknown_modifier', index: unknownIndex };
  return outOfRange ?? { kind: 'chosen', modifiers };
}

function toChosen(modifier: Modifier, quantity: number): ChosenModifier {
  const { code, name, priceMinor: unitPriceMinor, productId } = modifier;
  return { code, name, quantity, unitPriceMinor, productId };
}

function refuse(group: ModifierGroup, index: number | null, detail: string): ModifierRefusal {
  const { id, min, max } = group;
  return { kind: 'modifiers_out_of_range', group: id, min, max, index, detail };
}

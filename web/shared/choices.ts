// Not from `api.ts`, which only browsers can load, so that tests can load this file.
import type { operations } from '../../clients/typescript/src/index.ts';

type ProductPage = operations['listProducts']['responses'][200]['content']['application/json'];
export type Product = ProductPage['data'][number];

/** A modifier as it was chosen. */
export interface ChosenModifier {
  readonly code: string;
  readonly name: string;
  /** Units for one unit of the item. */
  readonly quantity: number;
}

export type Group = Product['modifierGroups'][number];
export type Modifier = Group['modifiers'][number];

/** The chosen units of each modifier, by its code. */
export type Units = Readonly<Record<string, number>>;

/** Returns the most units of a modifier that can be chosen now, whatever else is chosen. */
export function getUnitsMax({ quantityMax, available }: Modifier): number {
  return available === null ? quantityMax : Math.min(quantityMax, Math.max(available, 0));
}

export function countUnits({ modifiers }: Group, units: Units): number {
  return modifiers.reduce((sum, { code }) => sum + (units[code] ?? 0), 0);
}

/** Returns whether exactly one unit is chosen of the whole group, so that choosing another one replaces it. */
export function isSingle({ min, max }: Group): boolean {
  return min === 1 && max === 1;
}

/** Returns whether fewer modifiers are left than have to be chosen. */
function isSoldOut(group: Group): boolean {
  const left = group.modifiers.reduce((sum, modifier) => sum + getUnitsMax(modifier), 0);
  return left < group.min;
}

/** Returns whether the dish can be ordered now. */
export function isOrderable({ stock, modifierGroups }: Product): boolean {
  return stock.available > 0 && !modifierGroups.some(isSoldOut);
}

/** Returns the units after a choice. In a group of which one unit can be chosen, it replaces any other. */
export function choose(group: Group, units: Units, code: string, quantity: number): Units {
  const others = group.max === 1 ? group.modifiers.map((one) => [one.code, 0]) : [];
  return { ...units, ...Object.fromEntries(others), [code]: quantity };
}

/** Returns the chosen modifiers in the order in which they are offered. */
export function listChosen(groups: readonly Group[], units: Units): readonly ChosenModifier[] {
  return groups.flatMap(({ modifiers }) =>
    modifiers.flatMap(({ code, name }) => {
      const quantity = units[code] ?? 0;
      return quantity > 0 ? [{ code, name, quantity }] : [];
    }),
  );
}

/** Returns the units of an earlier choice that are still offered. */
export function readChosen(groups: readonly Group[], chosen: readonly ChosenModifier[]): Units {
  const offered = groups.flatMap(({ modifiers }) => modifiers);
  return Object.fromEntries(
    chosen.flatMap(({ code, quantity }) => {
      const modifier = offered.find((other) => other.code === code);
      const left = modifier === undefined ? 0 : Math.min(quantity, getUnitsMax(modifier));
      return left > 0 ? [[code, left]] : [];
    }),
  );
}

/** Describes how many units of a group can be chosen. */
export function describeRange({ min, max, modifiers }: Group): string {
  const all = modifiers.reduce((sum, { quantityMax }) => sum + quantityMax, 0);
  if (min === 0) return max >= all || max === 1 ? 'Optional' : `Optional, up to ${max}`;
  if (min === max) return `Required, choose ${min}`;
  return max >= all ? `Required, choose ${min} or more` : `Required, choose ${min} to ${max}`;
}

/** Returns a sentence that states what is still missing, or null if the dish can be ordered like this. */
export function describeMissing(groups: readonly Group[], units: Units): string | null {
  for (const group of groups) {
    const { name, min, max } = group;
    if (isSoldOut(group)) return `“${name}” is sold out, so this cannot be ordered now.`;
    const chosen = countUnits(group, units);
    if (chosen > max) return `Choose at most ${max} of “${name}”.`;
    if (chosen >= min) continue;
    if (min === 1) return `Choose one of “${name}”.`;
    return chosen === 0
      ? `Choose ${min} of “${name}”.`
      : `Choose ${min - chosen} more of “${name}”.`;
  }
  return null;
}

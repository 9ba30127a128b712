import type { InputError } from '../../../shared/errors.ts';
import type { Modifier, ModifierGroup } from './modifier-group.ts';
import type { ModifierInput } from './schemas.ts';

/** Returns what is wrong with modifiers as they were sent: currencies, and codes that occur twice. */
export function findModifierErrors(
  modifiers: readonly ModifierInput[],
  currency: string,
): InputError[] {
  const codes = new Set<string>();
  return modifiers.flatMap(({ code, price }, index) => {
    const errors: InputError[] = [];
    if (codes.has(code)) {
      errors.push({
        pointer: `/modifiers/${index}/code`,
        detail: 'An earlier modifier of the group has the same code.',
      });
    }
    codes.add(code);
    if (price.currency !== currency) {
      errors.push({
        pointer: `/modifiers/${index}/price/currency`,
        detail: `This shop sells in ${currency}.`,
      });
    }
    return errors;
  });
}

/** Returns what is wrong with the range of a group: one that is empty, or that its active modifiers cannot reach. */
export function findRangeErrors({
  min,
  max,
  modifiers,
}: Pick<ModifierGroup, 'min' | 'max'> & {
  readonly modifiers: readonly Pick<Modifier, 'active' | 'quantityMax'>[];
}): InputError[] {
  if (min > max) return [{ pointer: '/min', detail: `must be at most max, which is ${max}` }];
  let units = 0;
  for (const { active, quantityMax } of modifiers) if (active) units += quantityMax;
  if (units >= min) return [];
  const detail = `must be ${units} or less: that many units of the active modifiers can be chosen`;
  return [{ pointer: '/min', detail }];
}

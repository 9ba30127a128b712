import { CodedError } from '../../../shared/errors.ts';
import { catalogErrors } from '../errors.ts';
import type { ModifierRefusal } from './choose-modifiers.ts';

/**
 * Returns the error for modifiers that cannot be chosen together. `pointTo` returns the pointer to a requested modifier,
 * for null that to all of them.
 */
export function modifierError(
  refusal: ModifierRefusal,
  pointTo: (index: number | null) => string,
): CodedError {
  if (refusal.kind === 'unknown_modifier')
    return unknownModifierError(refusal.indexes.map(pointTo));
  const { group, min, max, faults } = refusal;
  return new CodedError(catalogErrors.modifiersOutOfRange, {
    errors: faults.map(({ index, detail }) => ({ pointer: pointTo(index), detail })),
    extensions: { group, min, max },
  });
}

export function unknownModifierError(pointers: readonly string[]): CodedError {
  return new CodedError(catalogErrors.unknownModifier, {
    errors: pointers.map((pointer) => ({ pointer, detail: 'The product has no such modifier.' })),
  });
}

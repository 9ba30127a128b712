import { CodedError } from '../../../shared/errors.ts';
import { catalogErrors } from '../errors.ts';
import type { ModifierRefusal } from './choose-modifiers.ts';

/** Returns the error for modifiers that cannot be chosen together. `pointer` is the location of what is wrong. */
export function modifierError(refusal: ModifierRefusal, pointer: string): CodedError {
  if (refusal.kind === 'unknown_modifier') {
    const errors = [{ pointer, detail: 'The product has no such modifier.' }];
    return new CodedError(catalogErrors.unknownModifier, { errors });
  }
  const { group, min, max, detail } = refusal;
  return new CodedError(catalogErrors.modifiersOutOfRange, {
    errors: [{ pointer, detail }],
    extensions: { group, min, max },
  });
}

import { invalidInput } from '../../shared/common-errors.ts';
import { CodedError } from '../../shared/errors.ts';
import { LINES_MAX, QUANTITY_MAX } from '../../shared/money.ts';
import { catalogErrors, modifierError } from '../catalog/index.ts';
import type { QuotedLine } from '../orders/index.ts';

export function cartFullError(): CodedError {
  return invalidInput('', `A cart can have at most ${LINES_MAX} lines.`);
}

/** Throws if an item of a cart, with the units that a request adds, would have more than it can. */
export function requireQuantity(quantity: number): void {
  if (quantity <= QUANTITY_MAX) return;
  const detail = `A cart can have at most ${QUANTITY_MAX} units of an item. With these it would have ${quantity}.`;
  throw invalidInput('/quantity', detail);
}

export function unknownProductError(pointer: string): CodedError {
  return new CodedError(catalogErrors.unknownProduct, {
    errors: [{ pointer, detail: 'There is no such product for sale.' }],
  });
}

/**
 * Returns the error for an item that cannot be ordered, with pointers into the body that names its modifiers. `codes`
 * are those of the item, to which the refusal refers.
 */
export function itemError(
  refusal: NonNullable<QuotedLine['refusal']>,
  requested: readonly { readonly code: string }[],
  codes: readonly string[],
): CodedError {
  if (refusal.kind === 'unknown_product') return unknownProductError('');
  const [first] = refusal.refusals;
  const member = first.kind === 'unknown_modifier' ? '/code' : '';
  return modifierError(first, (place) => {
    const code = place === null ? undefined : codes[place];
    const index = requested.findIndex((modifier) => modifier.code === code);
    return index === -1 ? '/modifiers' : `/modifiers/${index}${member}`;
  });
}

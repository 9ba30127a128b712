import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const inventoryErrors = defineErrors('inventory', {
  insufficientStock: [
    409,
    'There is not enough in stock.',
    'The list `lines` names each product with the requested and the available units. Order less, or later.',
  ],
  belowReserved: [
    409,
    'The stock cannot fall below what is promised.',
    'Open orders hold `reserved` units. Cancel some of them first, or take less away.',
  ],
});

/** Which broken constraint is which refusal: the last line of defence behind the checks made under lock. */
export const inventoryConstraints: Readonly<Record<string, ErrorDefinition>> = {
  stock_reserved_check: inventoryErrors.insufficientStock,
  stock_on_hand_check: inventoryErrors.belowReserved,
};

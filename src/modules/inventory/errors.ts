import { defineErrors, type ErrorDefinition } from '../../shared/errors.ts';

export const inventoryErrors = defineErrors('inventory', {
  insufficientStock: [
    409,
    'There is not enough in stock.',
    '`lines` lists each product with the requested and the available units. Order fewer units, or try later.',
  ],
  belowReserved: [
    409,
    'The stock cannot fall below the reserved units.',
    'Open orders reserve `reserved` units. Cancel some of them first, or remove fewer units.',
  ],
});

/** Maps constraint violations to refusals: the last line of defence behind the checks made under lock. */
export const inventoryConstraints: Readonly<Record<string, ErrorDefinition>> = {
  stock_reserved_check: inventoryErrors.insufficientStock,
  stock_on_hand_check: inventoryErrors.belowReserved,
};

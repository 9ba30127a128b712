/** `initial` opens a product's ledger, `adjustment` is a correction by hand, the other two belong to orders. */
export const movementKinds = ['initial', 'adjustment', 'consumption', 'return'] as const;

export type MovementKind = (typeof movementKinds)[number];

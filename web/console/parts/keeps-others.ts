/** For what stands in a dialog above others: Escape would also close those below, with everything typed into them. */
export const keepsOthers = { 'data-mantine-stop-propagation': true };

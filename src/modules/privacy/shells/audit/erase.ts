/** Erases nothing more: the keys were destroyed with those of the log. */
export async function erase(): Promise<void> {}
